package policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import policy.KnownOperations.KnownOperation;
import policy.PolicyDocument.Rule;
import tenancy.ActionEnvelope;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.Effect;
import tenancy.Estimate;
import tenancy.LongWork;
import tenancy.RunId;
import tenancy.Target;
import tenancy.TenantId;
import tenancy.WorkspaceId;

/**
 * Two documents compared: by their rules, and by what they decide over all that both of them mention. An action stands
 * for many: its arguments are empty, so a condition on arguments is compared as it decides without any.
 */
final class Diff {

    private static final int MOST_CELLS = 20_000;
    private static final int MOST_SHOWN = 200;
    /** Stands for every name that neither document mentions. */
    private static final String OTHER = "other";

    private final TenantId tenant;
    private final String profile;
    private final Side from;
    private final Side to;
    private final List<Decision> decisions = new ArrayList<>();
    private int cells;

    private Diff(TenantId tenant, String profile, Side from, Side to) {
        this.tenant = tenant;
        this.profile = profile;
        this.from = from;
        this.to = to;
    }

    /** One of the two, and what it says of an envelope with the layers around it. */
    record Side(PolicyDocument document, Function<ActionEnvelope, Verdict> decide) {}

    /** @param change {@code added}, {@code removed} or {@code changed} */
    record ChangedRule(
            String id,
            String change,
            @Nullable Rule from,
            @Nullable Rule to) {}

    /** A verdict, and the rule that spoke first. */
    record Said(String verdict, String rule) {}

    /**
     * A kind of action that the two decide differently on; {@code other} stands for all that neither mentions.
     *
     * @param dataClass of the data that would leave; absent: none
     */
    record Decision(
            String operation,
            Effect effect,
            String agentClass,
            String trustZone,
            String workspace,
            String destination,
            @Nullable String dataClass,
            @Nullable String model,
            Said from,
            Said to) {}

    /**
     * @param sections names of the document's other sections that differ
     * @param compared how many kinds of action were decided on under both
     * @param complete false if there were more kinds, or more differences, than are shown
     */
    record Difference(
            List<ChangedRule> rules, List<String> sections, List<Decision> decisions, int compared, boolean complete) {}

    /** @param known what the tenant's connectors describe: its operations stand for the patterns that match them */
    static Difference of(TenantId tenant, String profile, Side from, Side to, List<KnownOperation> known) {
        var diff = new Diff(tenant, profile, from, to);
        for (KnownOperation operation : diff.operations(known)) {
            if (diff.isFull()) {
                break;
            }
            diff.compare(operation);
        }
        return new Difference(
                rules(from.document(), to.document()),
                sections(from.document(), to.document()),
                List.copyOf(diff.decisions),
                diff.cells,
                !diff.isFull());
    }

    private static List<ChangedRule> rules(PolicyDocument from, PolicyDocument to) {
        Map<String, Rule> before = new LinkedHashMap<>();
        from.rules().forEach(rule -> before.put(rule.id(), rule));
        List<ChangedRule> changes = new ArrayList<>();
        for (Rule rule : to.rules()) {
            Rule old = before.remove(rule.id());
            if (old == null) {
                changes.add(new ChangedRule(rule.id(), "added", null, rule));
            } else if (!old.equals(rule)) {
                changes.add(new ChangedRule(rule.id(), "changed", old, rule));
            }
        }
        before.forEach((id, rule) -> changes.add(new ChangedRule(id, "removed", rule, null)));
        return changes;
    }

    private static List<String> sections(PolicyDocument from, PolicyDocument to) {
        List<String> differ = new ArrayList<>();
        differs(differ, "destinations", from.destinations(), to.destinations());
        differs(differ, "data_classes", from.dataClasses(), to.dataClasses());
        differs(differ, "models", from.models(), to.models());
        differs(differ, "model_tokens", from.modelTokens(), to.modelTokens());
        differs(differ, "records", from.records(), to.records());
        return differ;
    }

    private static void differs(List<String> differ, String name, @Nullable Object from, @Nullable Object to) {
        if (!Objects.equals(from, to)) {
            differ.add(name);
        }
    }

    /** Described operations that a rule mentions, and for a pattern without any an operation made up for it. */
    private List<KnownOperation> operations(List<KnownOperation> known) {
        Set<KnownOperation> all = new LinkedHashSet<>();
        for (String pattern : mentioned(rule -> rule.operations())) {
            LongWork.giveWay();
            List<KnownOperation> matching = known.stream()
                    .filter(one -> Patterns.matches(pattern, one.operation()))
                    .toList();
            all.addAll(matching);
            if (matching.isEmpty()) {
                for (Effect effect : Effect.values()) {
                    all.add(new KnownOperation(OTHER, pattern.replace("*", OTHER), effect, false, OTHER));
                }
            }
        }
        return List.copyOf(all);
    }

    private void compare(KnownOperation operation) {
        List<String> zones = withOther(mentioned(Rule::trustZones));
        List<String> workspaces = withOther(mentioned(Rule::workspaces));
        for (String agentClass : withOther(mentioned(Rule::agentClasses))) {
            for (String zone : zones) {
                for (String workspace : workspaces) {
                    if (isFull()) {
                        return;
                    }
                    cell(operation, agentClass, zone, workspace, operation.destination(), null, null);
                    hosts().forEach(host -> cell(operation, agentClass, zone, workspace, host, null, null));
                    dataClasses()
                            .forEach(data ->
                                    cell(operation, agentClass, zone, workspace, operation.destination(), data, null));
                    models().forEach(model ->
                            cell(operation, agentClass, zone, workspace, operation.destination(), null, model));
                }
            }
        }
    }

    private void cell(
            KnownOperation operation,
            String agentClass,
            String zone,
            String workspace,
            String destination,
            @Nullable String dataClass,
            @Nullable String model) {
        if (isFull()) {
            return;
        }
        LongWork.giveWay();
        cells++;
        var envelope = new ActionEnvelope(
                new ActionId(tenant, "diff"),
                new WorkspaceId(tenant, workspace),
                new AgentId(tenant, OTHER),
                agentClass,
                zone,
                new RunId(tenant, "diff"),
                profile,
                OTHER,
                operation.operation(),
                operation.effect(),
                new Target(operation.system(), Map.of()),
                destination,
                "{}",
                dataClass == null ? List.of() : List.of(dataClass),
                model,
                List.of(),
                Estimate.ofSlot(0));
        Said before = said(from.decide().apply(envelope));
        Said after = said(to.decide().apply(envelope));
        if (!before.verdict().equals(after.verdict())) {
            decisions.add(new Decision(
                    operation.operation(),
                    operation.effect(),
                    agentClass,
                    zone,
                    workspace,
                    destination,
                    dataClass,
                    model,
                    before,
                    after));
        }
    }

    private boolean isFull() {
        return cells >= MOST_CELLS || decisions.size() >= MOST_SHOWN;
    }

    private static Said said(Verdict verdict) {
        return new Said(verdict.word(), verdict.reasons().getFirst().rule());
    }

    private Stream<PolicyDocument> documents() {
        return Stream.of(from.document(), to.document());
    }

    private Set<String> mentioned(Function<Rule, @Nullable List<String>> selector) {
        Set<String> names = new LinkedHashSet<>();
        documents().flatMap(document -> document.rules().stream()).forEach(rule -> {
            List<String> some = selector.apply(rule);
            if (some != null) {
                names.addAll(some);
            }
        });
        return names;
    }

    /** Hosts that are named; what is only a pattern has no one host. */
    private List<String> hosts() {
        return documents()
                .flatMap(document ->
                        Stream.concat(stream(document.destinations().allow()), document.destinations().deny().stream()))
                .filter(host -> !host.contains("*") && !host.contains("/"))
                .distinct()
                .toList();
    }

    private List<String> dataClasses() {
        return documents()
                .flatMap(document -> stream(document.dataClasses()))
                .distinct()
                .toList();
    }

    private List<String> models() {
        return documents()
                .flatMap(document -> Stream.concat(stream(document.models()), document.modelTokens().keySet().stream()))
                .map(model -> model.replace("*", OTHER))
                .distinct()
                .toList();
    }

    private static Stream<String> stream(@Nullable List<String> names) {
        return names == null ? Stream.empty() : names.stream();
    }

    private static List<String> withOther(Set<String> names) {
        return Stream.concat(names.stream(), Stream.of(OTHER)).distinct().toList();
    }
}
