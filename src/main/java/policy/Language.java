package policy;

import static dev.cel.checker.CelStandardDeclarations.StandardFunction.Overload.Arithmetic.ADD_BYTES;
import static dev.cel.checker.CelStandardDeclarations.StandardFunction.Overload.Arithmetic.ADD_LIST;
import static dev.cel.checker.CelStandardDeclarations.StandardFunction.Overload.Arithmetic.ADD_STRING;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.re2j.Pattern;
import dev.cel.checker.CelStandardDeclarations;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntime.Program;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.CelStandardFunctions.StandardFunction;
import dev.cel.runtime.standard.AddOperator.AddOverload;
import java.util.List;
import java.util.Objects;

/**
 * CEL as documents may use it: it reads what it is given and decides. There is no clock, no randomness and no I/O in
 * it, and nothing that makes large values out of small ones: texts and lists cannot be joined, {@code map} and
 * {@code filter} do not exist, and loops are at most two deep.
 */
final class Language {

    static final int LONGEST = 1_000;

    private static final int MOST_NODES = 300;
    private static final int MOST_LOOPS_INSIDE = 2;
    private static final int MOST_ROUNDS = 500;
    private static final int DEEPEST = 32;
    private static final int LARGEST_PATTERN = 100;
    private static final int LONGEST_SEARCHED = 1_024;
    /** Instructions of a pattern times characters: a fifth of a millisecond. */
    private static final int LONGEST_MATCH = 16_384;

    private static final int INSTRUCTIONS_A_STEP = 2;
    private static final int LONGEST_SOUGHT = 256;
    /** Sixteenths of what is sought times characters: a fifth of a millisecond. */
    private static final int LONGEST_SEARCH = 512 * 1024;

    private static final int SOUGHT_AT_ONCE = 16;
    private static final int SEARCHED_A_STEP = 64;
    private static final int MOST_PATTERNS = 1_000;
    private static final int MOST_PROGRAMS = 4_000;

    static final String MATCHES = "matches";
    static final String CONTAINS = "contains";

    private static final CelOptions OPTIONS = CelOptions.current()
            .maxExpressionCodePointSize(LONGEST)
            .maxParseRecursionDepth(DEEPEST)
            .maxParseErrorRecoveryLimit(1)
            .comprehensionMaxIterations(MOST_ROUNDS)
            .enableHeterogeneousNumericComparisons(true)
            .build();

    /** Patterns of documents, and never of arguments. */
    private static final Cache<String, Pattern> PATTERNS = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_PATTERNS)
            .build();

    private static final CelRuntime RUNTIME = runtime();

    /** Over an envelope: {@code when} of a rule. */
    static final Language OF_CONDITIONS = new Language(CelCompilerFactory.standardCelCompilerBuilder()
            .addVar("operation", SimpleType.STRING)
            .addVar("effect", SimpleType.STRING)
            .addVar("system", SimpleType.STRING)
            .addVar("target", MapType.create(SimpleType.STRING, SimpleType.STRING))
            .addVar("arguments", MapType.create(SimpleType.STRING, SimpleType.DYN))
            .addVar("data_classes", ListType.create(SimpleType.STRING))
            .addVar("destination", SimpleType.STRING)
            .addVar("recipients", ListType.create(SimpleType.STRING))
            .addVar("model", SimpleType.DYN)
            .addVar("tokens", SimpleType.INT)
            .addVar("price", SimpleType.INT)
            .addVar("agent", SimpleType.STRING)
            .addVar("agent_class", SimpleType.STRING)
            .addVar("trust_zone", SimpleType.STRING)
            .addVar("workspace", SimpleType.STRING)
            .addVar("run", SimpleType.STRING));

    /** Over what a check's operation answered: {@code passes} of a check. */
    static final Language OF_CHECKS =
            new Language(CelCompilerFactory.standardCelCompilerBuilder().addVar("result", SimpleType.DYN));

    /** What an expression was compiled to; nothing of a tenant is in it but the text that it was made of. */
    private final Cache<String, Program> programs = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MOST_PROGRAMS)
            .build();

    private final CelCompiler compiler;

    private Language(CelCompilerBuilder variables) {
        this.compiler = variables
                .setOptions(OPTIONS)
                .setStandardMacros(
                        CelStandardMacro.HAS,
                        CelStandardMacro.ALL,
                        CelStandardMacro.EXISTS,
                        CelStandardMacro.EXISTS_ONE)
                .setStandardEnvironmentEnabled(false)
                .setStandardDeclarations(CelStandardDeclarations.newBuilder()
                        .filterFunctions((function, overload) ->
                                overload != ADD_STRING && overload != ADD_BYTES && overload != ADD_LIST)
                        .build())
                .setResultType(SimpleType.BOOL)
                .build();
    }

    /** An expression that cannot be used; the message says what is wrong with it, and where. */
    static final class Unusable extends Exception {

        private static final long serialVersionUID = 1L;

        Unusable(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * Makes an expression ready to be evaluated; what this takes is bounded by its length. It is remembered: what is
     * compiled while its document is published needs not be compiled by the first decision.
     */
    Program compile(String expression) throws Unusable {
        Program known = programs.getIfPresent(expression);
        if (known == null) {
            known = compileAnew(expression);
            programs.put(expression, known);
        }
        return known;
    }

    private Program compileAnew(String expression) throws Unusable {
        if (expression.length() > LONGEST) {
            throw new Unusable("is longer than %,d characters".formatted(LONGEST));
        }
        try {
            CelAbstractSyntaxTree parsed = compiler.parse(expression).getAst();
            checkSize(CelNavigableAst.fromAst(parsed).getRoot());
            return RUNTIME.createProgram(compiler.check(parsed).getAst());
        } catch (CelValidationException wrong) {
            throw new Unusable(Objects.requireNonNullElse(wrong.getMessage(), "is no expression"));
        } catch (CelEvaluationException | RuntimeException unplannable) {
            throw new Unusable("cannot be compiled");
        }
    }

    private static void checkSize(CelNavigableExpr root) throws Unusable {
        List<CelNavigableExpr> nodes = root.allNodes().limit(MOST_NODES + 1L).toList();
        if (nodes.size() > MOST_NODES) {
            throw new Unusable("has more than %d parts".formatted(MOST_NODES));
        }
        for (CelNavigableExpr node : nodes) {
            if (node.getKind() == Kind.COMPREHENSION && loopsAround(node) > MOST_LOOPS_INSIDE) {
                throw new Unusable("has loops more than %d deep".formatted(MOST_LOOPS_INSIDE));
            }
            if (node.getKind() == Kind.CALL && node.expr().call().function().equals(MATCHES)) {
                checkPattern(node.expr().call());
            }
        }
    }

    private static int loopsAround(CelNavigableExpr node) {
        int loops = 1;
        for (var outer = node.parent(); outer.isPresent(); outer = outer.get().parent()) {
            loops += outer.get().getKind() == Kind.COMPREHENSION ? 1 : 0;
        }
        return loops;
    }

    /** A pattern stands in the document: an argument that could bring its own would choose what it costs. */
    private static void checkPattern(CelExpr.CelCall call) throws Unusable {
        CelExpr pattern = call.args().isEmpty() ? null : call.args().getLast();
        if (pattern == null
                || pattern.getKind() != Kind.CONSTANT
                || pattern.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
            throw new Unusable("has a pattern that is not written out");
        }
        Pattern compiled;
        try {
            compiled = Pattern.compile(pattern.constant().stringValue());
        } catch (RuntimeException wrong) {
            throw new Unusable("has the pattern '%s', which is none: %s"
                    .formatted(pattern.constant().stringValue(), wrong.getMessage()));
        }
        if (compiled.programSize() > LARGEST_PATTERN) {
            throw new Unusable("has the pattern '%s', which is too large"
                    .formatted(pattern.constant().stringValue()));
        }
    }

    /** What matching may take: each instruction of the pattern, for each character of the text. */
    static int stepsOfMatching(CelExpr.CelCall matches, int length) {
        String pattern = matches.args().getLast().constant().stringValue();
        return program(pattern).programSize() * Math.min(length, LONGEST_SEARCHED) / INSTRUCTIONS_A_STEP;
    }

    static int stepsOfSearching(int length, int sought) {
        return (int) (search(length, sought) / SEARCHED_A_STEP);
    }

    private static long search(int length, int sought) {
        return (long) length * (1 + Math.min(sought, LONGEST_SOUGHT) / SOUGHT_AT_ONCE);
    }

    private static Pattern program(String pattern) {
        return PATTERNS.get(pattern, Pattern::compile);
    }

    private static CelRuntime runtime() {
        return CelRuntimeFactory.plannerRuntimeBuilder()
                .setOptions(OPTIONS)
                // Types of values are not known before they come: what may not be compiled may not be run either.
                .setStandardFunctions(CelStandardFunctions.newBuilder()
                        .filterFunctions((function, overload) -> overload != AddOverload.ADD_STRING
                                && overload != AddOverload.ADD_BYTES
                                && overload != AddOverload.ADD_LIST
                                && function != StandardFunction.MATCHES
                                && function != StandardFunction.CONTAINS)
                        .build())
                .addFunctionBindings(CelFunctionBinding.fromOverloads(
                        MATCHES,
                        CelFunctionBinding.from("matches", String.class, String.class, Language::find),
                        CelFunctionBinding.from("matches_string", String.class, String.class, Language::find)))
                .addFunctionBindings(CelFunctionBinding.fromOverloads(
                        CONTAINS,
                        CelFunctionBinding.from("contains_string", String.class, String.class, Language::contains)))
                .build();
    }

    private static boolean find(String text, String regex) {
        Pattern pattern = program(regex);
        return bounded(text, Math.min(LONGEST_SEARCHED, LONGEST_MATCH / pattern.programSize()))
                && pattern.matcher(text).find();
    }

    private static boolean contains(String text, String sought) {
        return bounded(sought, LONGEST_SOUGHT)
                && bounded(text, LONGEST_SEARCH / (1 + sought.length() / SOUGHT_AT_ONCE))
                && text.contains(sought);
    }

    private static boolean bounded(String text, int longest) {
        if (text.length() > longest) {
            throw new IllegalArgumentException("longer than %,d characters".formatted(longest));
        }
        return true;
    }
}
