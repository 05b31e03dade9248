package policy;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import policy.PolicyDocument.Rule;
import policy.Verdict.Allowed;
import policy.Verdict.Approval;
import policy.Verdict.Check;
import policy.Verdict.NeedsApproval;
import policy.Verdict.NeedsCheck;
import policy.Verdict.Reason;
import tenancy.ActionEnvelope;

/**
 * One version of one document, made ready to decide in about a microsecond. Immutable, and not bound to a lane: it may
 * be kept and asked anywhere.
 */
final class CompiledPolicy {

    /** Enough to explain a no; a document may hold thousands of rules that say it. */
    private static final int MOST_REASONS = 8;

    static final String DEFAULT_DENY = "default_deny";

    /** Which rules: by the effect that documents write. */
    private enum Kind {
        ALLOW,
        DENY,
        REQUIRE_CHECK,
        REQUIRE_APPROVAL;

        /** Whatever is not plainly known takes away: a document never widens by a word nobody knows. */
        static Kind of(Rule rule) {
            return switch (rule.effect()) {
                case "allow" -> ALLOW;
                case "require_check" -> REQUIRE_CHECK;
                case "require_approval" -> REQUIRE_APPROVAL;
                default -> DENY;
            };
        }
    }

    private final String name;
    private final Layer layer;
    private final long version;
    private final Selector allowing;
    private final Selector denying;
    private final Selector checking;
    private final Selector approving;
    private final Sections sections;

    private CompiledPolicy(String name, long version, PolicyDocument document) {
        this.name = name;
        this.layer = Layer.of(name);
        this.version = version;
        Map<Kind, List<Candidate>> byKind = new EnumMap<>(Kind.class);
        List<Rule> rules = document.rules();
        for (int place = 0; place < rules.size(); place++) {
            Rule rule = rules.get(place);
            byKind.computeIfAbsent(Kind.of(rule), kind -> new ArrayList<>())
                    .add(new Candidate(rule, place, layer, version));
        }
        this.allowing = new Selector(byKind.getOrDefault(Kind.ALLOW, List.of()));
        this.denying = new Selector(byKind.getOrDefault(Kind.DENY, List.of()));
        this.checking = new Selector(byKind.getOrDefault(Kind.REQUIRE_CHECK, List.of()));
        this.approving = new Selector(byKind.getOrDefault(Kind.REQUIRE_APPROVAL, List.of()));
        this.sections = new Sections(layer, version, document);
    }

    /** @param name of the profile, or of the layer's document; what it is decides what silence means */
    static CompiledPolicy of(String name, long version, PolicyDocument document) {
        return new CompiledPolicy(name, version, document);
    }

    String name() {
        return name;
    }

    Layer layer() {
        return layer;
    }

    long version() {
        return version;
    }

    /** Decides by this profile alone; a pure function of the envelope. */
    Verdict decide(ActionEnvelope envelope) {
        return decide(envelope, List.of());
    }

    /**
     * Decides by this profile and the layers around it; a pure function of the envelope. The most restrictive wins.
     *
     * @param layers that apply to the envelope, outermost first
     */
    Verdict decide(ActionEnvelope envelope, List<CompiledPolicy> layers) {
        return decide(new Facts(envelope), layers);
    }

    Verdict decide(Facts facts, List<CompiledPolicy> layers) {
        Candidate allow = allowing.first(facts);
        if (allow == null || forbids(facts)) {
            return denied(facts, layers, allow);
        }
        for (CompiledPolicy outer : layers) {
            if (outer.forbids(facts)) {
                return denied(facts, layers, allow);
            }
        }
        return asks(layers) ? conditional(facts, layers, allow) : new Allowed(version, allow.reasons());
    }

    private boolean forbids(Facts facts) {
        return !sections.permit(facts.envelope()) || denying.first(facts) != null;
    }

    private boolean asks(List<CompiledPolicy> layers) {
        if (asks()) {
            return true;
        }
        for (CompiledPolicy outer : layers) {
            if (outer.asks()) {
                return true;
            }
        }
        return false;
    }

    private boolean asks() {
        return !checking.isEmpty() || !approving.isEmpty();
    }

    /** What has to happen first, of all layers together; the rule that allows it then is the last reason. */
    private Verdict conditional(Facts facts, List<CompiledPolicy> layers, Candidate allow) {
        List<Reason> reasons = new ArrayList<>(4);
        List<Check> checks = new ArrayList<>(2);
        List<Approval> approvals = new ArrayList<>(2);
        for (CompiledPolicy outer : layers) {
            outer.ask(facts, reasons, checks, approvals);
        }
        ask(facts, reasons, checks, approvals);
        if (reasons.isEmpty()) {
            return new Allowed(version, allow.reasons());
        }
        reasons.addAll(allow.reasons());
        return checks.isEmpty()
                ? new NeedsApproval(version, reasons, approvals, null)
                : new NeedsCheck(version, reasons, checks, approvals, null);
    }

    private void ask(Facts facts, List<Reason> reasons, List<Check> checks, List<Approval> approvals) {
        for (Candidate rule : checking.all(facts)) {
            reasons.add(rule.reason(facts));
            checks.add(rule.check());
        }
        for (Candidate rule : approving.all(facts)) {
            reasons.add(rule.reason(facts));
            approvals.add(rule.approval());
        }
    }

    private Verdict denied(Facts facts, List<CompiledPolicy> layers, @Nullable Candidate allow) {
        var objections = new Objections();
        for (CompiledPolicy outer : layers) {
            outer.explain(facts, objections, false);
        }
        explain(facts, objections, allow == null);
        return objections.denied(version);
    }

    /** @param silent whether nothing in it allows what has to be allowed */
    private void explain(Facts facts, Objections objections, boolean silent) {
        objections.of(layer.place(name));
        int named = 0;
        for (Candidate rule : denying.about(facts)) {
            if (named == MOST_REASONS) {
                break;
            }
            if (rule.matches(facts)) {
                objections.add(rule.reason(facts), "change rule " + rule.id());
                named++;
            }
        }
        if (silent) {
            objections.add(
                    new Reason(DEFAULT_DENY, layer, version, silence(facts)),
                    "add a rule that allows " + facts.envelope().operation());
        }
        sections.explain(facts.envelope(), objections);
    }

    private String silence(Facts facts) {
        ActionEnvelope envelope = facts.envelope();
        String silence = "No rule of profile " + name + " allows " + envelope.operation() + " ("
                + envelope.effect().name().toLowerCase(Locale.ROOT) + ") for agent class " + envelope.agentClass()
                + " in trust zone " + envelope.trustZone() + ".";
        return allowing.about(facts).stream()
                .map(rule -> rule.whyNot(facts))
                .filter(Objects::nonNull)
                .findFirst()
                .map(nearly -> silence + " " + nearly)
                .orElse(silence);
    }
}
