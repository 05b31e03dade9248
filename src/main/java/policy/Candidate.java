package policy;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import policy.PolicyDocument.Approvers;
import policy.PolicyDocument.Question;
import policy.PolicyDocument.Rule;
import policy.Verdict.Approval;
import policy.Verdict.Check;
import policy.Verdict.Reason;
import tenancy.ActionEnvelope;
import tenancy.Effect;

/** One rule, made ready to be asked; its operations are matched by the {@link Selector} that holds it. */
final class Candidate {

    private static final int ALL_EFFECTS = -1;
    private static final String VALID_FOR = "PT24H";
    private static final int LONGEST_QUOTE = 120;

    private final Rule rule;
    private final int place;
    private final boolean allows;
    private final int effects;
    private final @Nullable Set<String> agentClasses;
    private final @Nullable Set<String> trustZones;
    private final @Nullable Set<String> workspaces;
    private final @Nullable Set<String> systems;
    private final @Nullable Condition condition;
    /** Made once: an allowed action costs no new object for its reasons. */
    private final List<Reason> reasons;

    /** @param place where the rule stands in the document */
    Candidate(Rule rule, int place, Layer layer, long version) {
        this.rule = rule;
        this.place = place;
        this.allows = rule.effect().equals("allow");
        this.effects = mask(rule.effects());
        this.agentClasses = setOf(rule.agentClasses());
        this.trustZones = setOf(rule.trustZones());
        this.workspaces = setOf(rule.workspaces());
        this.systems = setOf(rule.systems());
        String when = rule.when();
        this.condition = when == null ? null : new Condition(Language.OF_CONDITIONS, when);
        this.reasons = List.of(new Reason(rule.id(), layer, version, words(rule)));
    }

    /** Whether the rule speaks. Where its condition cannot be told, it speaks only if it takes away. */
    boolean matches(Facts facts) {
        if (!selects(facts.envelope())) {
            return false;
        }
        if (condition == null) {
            return true;
        }
        Answer answer = facts.ask(condition);
        return answer.isTold() ? answer == Answer.YES : !allows;
    }

    private boolean selects(ActionEnvelope envelope) {
        return (effects & 1 << envelope.effect().ordinal()) != 0
                && (agentClasses == null || agentClasses.contains(envelope.agentClass()))
                && (trustZones == null || trustZones.contains(envelope.trustZone()))
                && (workspaces == null
                        || workspaces.contains(envelope.workspace().key()))
                && (systems == null || systems.contains(envelope.target().system()));
    }

    int place() {
        return place;
    }

    String id() {
        return rule.id();
    }

    List<String> operations() {
        return rule.operations();
    }

    List<Reason> reasons() {
        return reasons;
    }

    /** Why it speaks; says so where its condition could not be told. */
    Reason reason(Facts facts) {
        Reason plain = reasons.getFirst();
        Answer answer = condition == null ? Answer.YES : facts.ask(condition);
        return answer.isTold()
                ? plain
                : new Reason(
                        plain.rule(),
                        plain.layer(),
                        plain.version(),
                        plain.words() + " It applies because " + quoted() + " cannot be told: " + answer.words() + ".");
    }

    /** Why it does not allow what it selects; null if it does not even select it. */
    @Nullable
    String whyNot(Facts facts) {
        if (condition == null || !selects(facts.envelope())) {
            return null;
        }
        Answer answer = facts.ask(condition);
        return "Rule " + rule.id() + " would, but " + quoted()
                + (answer.isTold() ? " is not true." : " cannot be told: " + answer.words() + ".");
    }

    /** Whom it asks for; only of a rule that requires approval. */
    Approval approval() {
        Approvers asked = Objects.requireNonNull(rule.approval());
        return new Approval(
                rule.id(),
                asked.roles(),
                Objects.requireNonNullElse(asked.count(), 1),
                Duration.parse(Objects.requireNonNullElse(asked.validFor(), VALID_FOR)));
    }

    /** What it asks; only of a rule that requires a check. */
    Check check() {
        Question asked = Objects.requireNonNull(rule.check());
        return new Check(
                rule.id(), asked.system(), asked.operation(), asked.target(), asked.arguments(), asked.passes());
    }

    private String quoted() {
        String text = condition == null ? "" : condition.text();
        return "'" + (text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "…" : text) + "'";
    }

    private static int mask(@Nullable List<String> names) {
        if (names == null) {
            return ALL_EFFECTS;
        }
        int mask = 0;
        for (String name : names) {
            mask |= 1 << Effect.valueOf(name.toUpperCase(Locale.ROOT)).ordinal();
        }
        return mask;
    }

    private static @Nullable Set<String> setOf(@Nullable List<String> names) {
        return names == null ? null : Set.copyOf(names);
    }

    private static String words(Rule rule) {
        String own = rule.words();
        if (own != null && !own.isBlank()) {
            return own;
        }
        String verb = switch (rule.effect()) {
            case "allow" -> "allows";
            case "require_approval" -> "requires approval of";
            case "require_check" -> "requires a check of";
            default -> "denies";
        };
        return "Rule %s %s %s.".formatted(rule.id(), verb, String.join(", ", rule.operations()));
    }
}
