package policy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant writes down for one profile, or somebody for one of the layers around it. Deny wins, and silence means
 * no: an action runs only if a rule of the profile allows it and its destination, its recipients, its data classes and
 * its model are named too. A document of another layer is silent about what it leaves out, and can only take away.
 *
 * <p>It is stored in events as it is: plain words, checked by {@link Lint} before they are published.
 *
 * @param dataClasses classes of data that may leave the tenant with an action; null says nothing
 * @param models models that may be called: exact names, {@code name-*} or {@code *}; null says nothing
 * @param modelTokens most tokens of one action, by model: exact names, {@code name-*} or {@code *}; the least that matches
 *     holds
 */
public record PolicyDocument(
        List<Rule> rules,
        Destinations destinations,
        @Nullable List<String> dataClasses,
        @Nullable List<String> models,
        Map<String, Long> modelTokens,
        @Nullable Records records) {

    /** A section may be left out, and is silent then. */
    public PolicyDocument(
            @Nullable List<Rule> rules,
            @Nullable Destinations destinations,
            @Nullable List<String> dataClasses,
            @Nullable List<String> models,
            @Nullable Map<String, Long> modelTokens,
            @Nullable Records records) {
        this.rules = List.copyOf(Objects.requireNonNullElse(rules, List.of()));
        this.destinations = Objects.requireNonNullElse(destinations, Destinations.NONE);
        this.dataClasses = dataClasses == null ? null : List.copyOf(dataClasses);
        this.models = models == null ? null : List.copyOf(models);
        this.modelTokens = Map.copyOf(Objects.requireNonNullElse(modelTokens, Map.of()));
        this.records = records;
    }

    /** Bytes of memory that its words take, about. Goes through all of it. */
    long bytes() {
        return (long) toString().length() * Character.BYTES;
    }

    /** The same document with these rules instead of its own. */
    PolicyDocument with(List<Rule> others) {
        return new PolicyDocument(others, destinations, dataClasses, models, modelTokens, records);
    }

    /**
     * One rule. A selector that is left out matches everything.
     *
     * @param id unique in the document; verdicts name it
     * @param effect {@code allow}, {@code deny}, {@code require_approval} or {@code require_check}
     * @param operations exact names, {@code crm.*} for all below, {@code *} for all
     * @param effects what the operation does to its target: {@code read}, {@code write}, {@code high_risk}
     * @param systems connectors, by key
     * @param when CEL over the envelope; a rule that takes away speaks too where this cannot be told
     * @param approval who has to agree; only with {@code require_approval}
     * @param check what has to pass; only with {@code require_check}
     * @param expiresAt when the rule is taken out by itself: an exception's end
     * @param words the rule as its author explains it to whoever it stops
     */
    public record Rule(
            String id,
            String effect,
            List<String> operations,
            @Nullable List<String> effects,
            @Nullable List<String> agentClasses,
            @Nullable List<String> trustZones,
            @Nullable List<String> workspaces,
            @Nullable List<String> systems,
            @Nullable String when,
            @Nullable Approvers approval,
            @Nullable Question check,
            @Nullable Instant expiresAt,
            @Nullable String words) {

        public Rule {
            operations = List.copyOf(operations);
            effects = copy(effects);
            agentClasses = copy(agentClasses);
            trustZones = copy(trustZones);
            workspaces = copy(workspaces);
            systems = copy(systems);
        }
    }

    /**
     * Who has to agree.
     *
     * @param roles {@code approver}, {@code tenant_admin}, {@code operator}
     * @param count how many different people; 1 if left out
     * @param validFor how long the action may wait, ISO 8601; {@code PT24H} if left out
     */
    public record Approvers(
            List<String> roles,
            @Nullable Integer count,
            @Nullable String validFor) {

        public Approvers {
            roles = List.copyOf(roles);
        }
    }

    /**
     * What has to be asked first.
     *
     * @param target fields of the check's target, by name: {@code arguments.<name>}, {@code target.<field>} or
     *     {@code '<text>'}
     * @param arguments the check's arguments, by name: the same, or {@code arguments} for all
     * @param passes CEL over {@code result}
     */
    public record Question(
            String system, String operation, Map<String, String> target, Map<String, String> arguments, String passes) {

        public Question(
                String system,
                String operation,
                @Nullable Map<String, String> target,
                @Nullable Map<String, String> arguments,
                String passes) {
            this.system = system;
            this.operation = operation;
            this.target = Map.copyOf(Objects.requireNonNullElse(target, Map.of()));
            this.arguments = Map.copyOf(Objects.requireNonNullElse(arguments, Map.of()));
            this.passes = passes;
        }
    }

    /**
     * Where actions may lead. Deny wins; what is null says nothing.
     *
     * @param allow hosts: exact, {@code *.example.com}, {@code *}, or addresses in CIDR notation
     * @param systems connectors, by key
     * @param recipients domains of those an action addresses: exact, {@code *.example.com} or {@code *}
     */
    public record Destinations(
            @Nullable List<String> allow,
            List<String> deny,
            @Nullable Choice systems,
            @Nullable Choice recipients) {

        static final Destinations NONE = new Destinations(null, null, null, null);

        public Destinations(
                @Nullable List<String> allow,
                @Nullable List<String> deny,
                @Nullable Choice systems,
                @Nullable Choice recipients) {
            this.allow = copy(allow);
            this.deny = List.copyOf(Objects.requireNonNullElse(deny, List.of()));
            this.systems = systems;
            this.recipients = recipients;
        }
    }

    /** What may be and what may not; deny wins. */
    public record Choice(@Nullable List<String> allow, List<String> deny) {

        public Choice(@Nullable List<String> allow, @Nullable List<String> deny) {
            this.allow = copy(allow);
            this.deny = List.copyOf(Objects.requireNonNullElse(deny, List.of()));
        }
    }

    /**
     * What is kept and seen of a tenant; only its own layer says so.
     *
     * @param actionDays how many days an ended action, and the key it was asked for under, is remembered outside of the
     *     journal; null: for ever
     * @param journaledReads roles whose reads are written into the journal, beside every operator's
     * @param payloads what is kept of arguments and results: {@code full}, {@code digest} or {@code none}; null: full
     * @param payloadDays how many days after its own what agents sent and got can be read; null: for ever
     */
    public record Records(
            @Nullable Integer actionDays,
            List<String> journaledReads,
            @Nullable String payloads,
            @Nullable Integer payloadDays) {

        public Records(
                @Nullable Integer actionDays,
                @Nullable List<String> journaledReads,
                @Nullable String payloads,
                @Nullable Integer payloadDays) {
            this.actionDays = actionDays;
            this.journaledReads = List.copyOf(Objects.requireNonNullElse(journaledReads, List.of()));
            this.payloads = payloads;
            this.payloadDays = payloadDays;
        }

        public Records(@Nullable Integer actionDays, @Nullable List<String> journaledReads) {
            this(actionDays, journaledReads, null, null);
        }
    }

    private static @Nullable List<String> copy(@Nullable List<String> names) {
        return names == null ? null : List.copyOf(names);
    }
}
