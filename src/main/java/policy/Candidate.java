package policy;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import policy.PolicyDocument.Rule;
import policy.Verdict.Reason;
import tenancy.ActionEnvelope;
import tenancy.Effect;

/** One rule, made ready to be asked; its operations are matched by the {@link Selector} that holds it. */
final class Candidate {

    private static final int ALL_EFFECTS = -1;

    private final Rule rule;
    private final int place;
    private final int effects;
    private final @Nullable Set<String> agentClasses;
    private final @Nullable Set<String> trustZones;
    /** Made once: an allowed action costs no new object for its reasons. */
    private final List<Reason> reasons;

    /** @param place where the rule stands in the document */
    Candidate(Rule rule, int place) {
        this.rule = rule;
        this.place = place;
        this.effects = mask(rule.effects());
        this.agentClasses = setOf(rule.agentClasses());
        this.trustZones = setOf(rule.trustZones());
        this.reasons = List.of(new Reason(rule.id(), Layer.PROFILE, 0, words(rule)));
    }

    boolean matches(ActionEnvelope envelope) {
        return (effects & 1 << envelope.effect().ordinal()) != 0
                && (agentClasses == null || agentClasses.contains(envelope.agentClass()))
                && (trustZones == null || trustZones.contains(envelope.trustZone()));
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
        String verb = rule.effect().equals("deny") ? "denies" : "allows";
        return "Rule %s %s %s.".formatted(rule.id(), verb, String.join(", ", rule.operations()));
    }
}
