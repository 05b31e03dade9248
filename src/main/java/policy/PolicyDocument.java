package policy;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant writes down for one profile. Deny wins, and silence means no: an action runs only if a rule allows it
 * and its destination, its data classes and its model are named too.
 *
 * <p>It is stored in events as it is: plain words, checked by {@link Lint} before they are published.
 *
 * @param dataClasses classes of data that may leave the tenant with an action
 * @param models models that may be called: exact names, {@code name-*} or {@code *}
 */
public record PolicyDocument(
        List<Rule> rules, Destinations destinations, List<String> dataClasses, List<String> models) {

    /** A section may be left out, and is silent then. */
    public PolicyDocument(
            @Nullable List<Rule> rules,
            @Nullable Destinations destinations,
            @Nullable List<String> dataClasses,
            @Nullable List<String> models) {
        this.rules = List.copyOf(Objects.requireNonNullElse(rules, List.of()));
        this.destinations = Objects.requireNonNullElse(destinations, Destinations.NONE);
        this.dataClasses = List.copyOf(Objects.requireNonNullElse(dataClasses, List.of()));
        this.models = List.copyOf(Objects.requireNonNullElse(models, List.of()));
    }

    /**
     * One rule. A selector that is left out matches everything.
     *
     * @param id unique in the document; verdicts name it
     * @param effect {@code allow} or {@code deny}
     * @param operations exact names, {@code crm.*} for all below, {@code *} for all
     * @param effects what the operation does to its target: {@code read}, {@code write}, {@code high_risk}
     * @param words the rule as its author explains it to whoever it stops
     */
    public record Rule(
            String id,
            String effect,
            List<String> operations,
            @Nullable List<String> effects,
            @Nullable List<String> agentClasses,
            @Nullable List<String> trustZones,
            @Nullable String words) {

        public Rule {
            operations = List.copyOf(operations);
            effects = effects == null ? null : List.copyOf(effects);
            agentClasses = agentClasses == null ? null : List.copyOf(agentClasses);
            trustZones = trustZones == null ? null : List.copyOf(trustZones);
        }
    }

    /** Hosts that actions may reach and hosts they may not: exact, {@code *.example.com} or {@code *}; deny wins. */
    public record Destinations(List<String> allow, List<String> deny) {

        static final Destinations NONE = new Destinations(List.of(), List.of());

        public Destinations(@Nullable List<String> allow, @Nullable List<String> deny) {
            this.allow = List.copyOf(Objects.requireNonNullElse(allow, List.of()));
            this.deny = List.copyOf(Objects.requireNonNullElse(deny, List.of()));
        }
    }
}
