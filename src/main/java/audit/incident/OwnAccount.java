package audit.incident;

import static audit.incident.Draft.figures;

import audit.incident.OwnFigures.By;
import audit.incident.OwnFigures.Group;
import audit.incident.OwnFigures.Kind;
import audit.incident.OwnFigures.Notable;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LongSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tenancy.ContainmentScope;
import tenancy.TenantId;

/** What a tenant's own journal says of a period, in sentences. */
final class OwnAccount {

    private static final int MICROS = 6;
    private static final int MOST_TOLD = 10;

    private static final Set<String> REFUSALS =
            Set.of("request_refused", "requests_throttled", "run_refused", "lease_refused", "lease_use_refused");
    private static final Set<String> STOPS = Set.of(
            "run_paused",
            "run_halted",
            "posture_set",
            "posture_released",
            "containment_confirmed",
            "credentials_revoked",
            "credentials_reinstated",
            "revocation_confirmed",
            "agent_class_limited",
            "key_revoked",
            "agent_changed",
            "operation_quarantined",
            "containment_rule_fired");

    private final TenantId tenant;
    private final ContainmentScope scope;
    private final Period period;
    private final List<Group> groups;
    private final List<Kind> kinds;
    private final List<Notable> notable;
    private final Group all;

    OwnAccount(
            TenantId tenant,
            ContainmentScope scope,
            Period period,
            List<Group> groups,
            List<Kind> kinds,
            List<Notable> notable) {
        this.tenant = tenant;
        this.scope = scope;
        this.period = period;
        this.groups = groups;
        this.kinds = kinds;
        this.notable = notable;
        this.all = Reports.only(groups, By.ALL);
    }

    Group all() {
        return all;
    }

    List<Kind> kinds() {
        return kinds;
    }

    List<Group> by(By by) {
        return groups.stream().filter(group -> group.by() == by).toList();
    }

    /** What a sentence that denies something follows from: the first and the last event that was looked at. */
    long[] bounds() {
        LongSummaryStatistics seen = Stream.concat(
                        Stream.of(all.first(), all.last()).filter(sequence -> sequence > 0),
                        kinds.stream().flatMap(kind -> Stream.of(kind.first(), kind.last())))
                .mapToLong(Long::longValue)
                .summaryStatistics();
        return seen.getCount() == 0 ? new long[0] : new long[] {seen.getMin(), seen.getMax()};
    }

    List<Draft> involved() {
        if (all.decided() == 0) {
            return List.of(none("No action of %s was asked for.".formatted(scope.words())));
        }
        List<Draft> told = new ArrayList<>();
        List<Group> agents = by(By.AGENT);
        List<Group> runs = by(By.RUN);
        told.add(Draft.of(
                "%s of %s asked for %s in %s."
                        .formatted(
                                many(agents.getFirst().groups(), "agent"),
                                tenant,
                                many(all.decided(), "action"),
                                many(runs.isEmpty() ? 0 : runs.getFirst().groups(), "run")),
                figures(
                        "agents", agents.getFirst().groups(),
                        "runs", runs.isEmpty() ? 0L : runs.getFirst().groups(),
                        "decided", all.decided()),
                all.first(),
                all.last()));
        top(agents)
                .forEach(agent -> told.add(Draft.of(
                        "Agent %s asked for %s (%s of all): %s."
                                .formatted(
                                        agent.part("agent"),
                                        many(agent.decided(), "action"),
                                        share(agent.decided(), all.decided()),
                                        fates(agent)),
                        counts(agent, "agent_id", agent.part("agent")),
                        agent.first(),
                        agent.last())));
        top(runs)
                .forEach(run -> told.add(Draft.of(
                        "Run %s of agent %s asked for %s (%s of all): %s."
                                .formatted(
                                        run.part("run"),
                                        run.part("agent"),
                                        many(run.decided(), "action"),
                                        share(run.decided(), all.decided()),
                                        fates(run)),
                        counts(run, "workflow_run_id", run.part("run")),
                        run.first(),
                        run.last())));
        return told;
    }

    List<Draft> tools() {
        List<Draft> told = top(by(By.TOOL))
                .map(tool -> Draft.of(
                        "%s/%s (%s) was asked for %s and called %s: %s."
                                .formatted(
                                        tool.part("system"),
                                        tool.part("operation"),
                                        tool.part("effect"),
                                        times(tool.decided()),
                                        times(tool.sent()),
                                        fates(tool)),
                        counts(tool, "operation", tool.part("system") + "/" + tool.part("operation")),
                        tool.first(),
                        tool.last()))
                .toList();
        return told.isEmpty() ? List.of(none("No tool was called.")) : told;
    }

    List<Draft> boundary() {
        List<Draft> told = by(By.DESTINATION).stream()
                .filter(to -> to.sent() > 0)
                .map(to -> Draft.of(
                        "%s left for %s with data of class %s; %s of them to change something there."
                                .formatted(
                                        many(to.sent(), "call"),
                                        to.part("destination"),
                                        to.part("data_classes"),
                                        number(to.changing())),
                        figures(
                                "destination", to.part("destination"),
                                "data_classes", to.part("data_classes"),
                                "calls", to.sent(),
                                "changing", to.changing(),
                                "succeeded", to.succeeded(),
                                "outcome_unknown", to.unknown()),
                        to.first(),
                        to.last()))
                .toList();
        return told.isEmpty() ? List.of(none("Nothing left the platform for a target system.")) : told;
    }

    List<Draft> decisions() {
        List<Draft> told = by(By.RULE).stream()
                .map(rule -> Draft.of(
                        "Version %s of policy %s decided %s by %s: %s admitted, %s refused; for example %s."
                                .formatted(
                                        rule.part("policy_version"),
                                        rule.part("policy_profile"),
                                        many(rule.decided(), "action"),
                                        rule.key().get("rules") == null
                                                ? "no rule, which means no"
                                                : "rule " + rule.part("rules"),
                                        number(rule.admitted()),
                                        number(rule.refused()),
                                        examples(rule)),
                        figures(
                                "policy_profile", rule.part("policy_profile"),
                                "policy_version", rule.part("policy_version"),
                                "rules", rule.part("rules"),
                                "decided", rule.decided(),
                                "admitted", rule.admitted(),
                                "refused", rule.refused(),
                                "actions",
                                        Stream.of(rule.firstAction(), rule.lastAction())
                                                .distinct()
                                                .toList()),
                        rule.first(),
                        rule.last()))
                .toList();
        return told.isEmpty() ? List.of(none("No policy decided anything.")) : told;
    }

    List<Draft> refusals() {
        List<Draft> told = new ArrayList<>();
        by(By.OUTCOME).stream()
                .filter(outcome -> Set.of("denied", "throttled", "budget_exceeded", "frozen")
                        .contains(outcome.part("state")))
                .forEach(outcome -> told.add(Draft.of(
                        "%s %s (%s of the %s: %s); for example %s."
                                .formatted(
                                        many(outcome.decided(), "action"),
                                        was(outcome.decided(), outcome.part("state")),
                                        outcome.part("cause_kind"),
                                        outcome.part("cause_owner"),
                                        outcome.part("cause_name"),
                                        examples(outcome)),
                        figures(
                                "state", outcome.part("state"),
                                "cause_owner", outcome.part("cause_owner"),
                                "cause_kind", outcome.part("cause_kind"),
                                "cause", outcome.part("cause_name"),
                                "count", outcome.decided()),
                        outcome.first(),
                        outcome.last())));
        kinds.stream()
                .filter(kind -> REFUSALS.contains(kind.type()))
                .limit(MOST_TOLD)
                .forEach(kind -> told.add(refused(kind)));
        return told.isEmpty() ? List.of(none("Nothing was refused.")) : told;
    }

    private static Draft refused(Kind kind) {
        String code = kind.code() == null ? "" : " (" + kind.code() + ")";
        String text = switch (kind.type()) {
            case "requests_throttled" ->
                "%s more refused for their rate before anything was decided."
                        .formatted(many(kind.counted(), "request") + (kind.counted() == 1 ? " was" : " were"));
            case "run_refused" -> "A run was not opened %s%s.".formatted(times(kind.counted()), code);
            case "lease_refused" -> "A credential was not lent %s%s.".formatted(times(kind.counted()), code);
            case "lease_use_refused" -> "The use of a lease was refused %s%s.".formatted(times(kind.counted()), code);
            default -> "A request was refused before a decision %s%s.".formatted(times(kind.counted()), code);
        };
        return Draft.of(
                text,
                figures("type", kind.type(), "code", String.valueOf(kind.code()), "count", kind.counted()),
                kind.first(),
                kind.last());
    }

    List<Draft> spend() {
        return List.of(Draft.of(
                "%s, %s and %s of model cost were settled for it."
                        .formatted(
                                many(all.toolCalls(), "tool call"),
                                many(all.tokens(), "token"),
                                money(all.costMicros())),
                figures("tool_calls", all.toolCalls(), "tokens", all.tokens(), "cost_micros", all.costMicros()),
                bounds()));
    }

    List<Draft> containment() {
        List<Draft> told = kinds.stream()
                .filter(kind -> STOPS.contains(kind.type()))
                .limit(MOST_TOLD)
                .map(kind -> Draft.of(
                        "%s %s%s."
                                .formatted(
                                        words(kind.type()),
                                        times(kind.events()),
                                        kind.code() == null ? "" : ": " + kind.code()),
                        figures("type", kind.type(), "code", String.valueOf(kind.code()), "count", kind.events()),
                        kind.first(),
                        kind.last()))
                .toList();
        return told.isEmpty()
                ? List.of(none("Nothing was contained, revoked or stopped at a cap in this period."))
                : told;
    }

    List<Draft> timeline() {
        List<Draft> told = new ArrayList<>();
        double width = period.bucketSeconds(OwnFigures.BUCKETS);
        List<Map<String, Object>> buckets = by(By.BUCKET).stream()
                .map(bucket -> figures(
                        "from", bucketStart(bucket.bucket(), width).toString(),
                        "decided", bucket.decided(),
                        "sent", bucket.sent(),
                        "failed", bucket.failed() + bucket.unknown(),
                        "refused", bucket.refused()))
                .toList();
        Group busiest = by(By.BUCKET).stream().findFirst().orElse(null);
        told.add(Draft.of(
                busiest == null
                        ? "No action was decided in this period."
                        : "Most was decided in the %s after %s: %s, of which %s refused."
                                .formatted(
                                        width == 1 ? "second" : number((long) width) + " seconds",
                                        bucketStart(busiest.bucket(), width),
                                        many(busiest.decided(), "action"),
                                        busiest.refused() == 1 ? "1 was" : number(busiest.refused()) + " were"),
                figures("bucket_seconds", width, "buckets", buckets),
                busiest == null ? bounds() : new long[] {busiest.first(), busiest.last()}));
        notable.forEach(event -> told.add(Draft.of(
                "%s: %s%s%s%s%s%s."
                        .formatted(
                                event.at().truncatedTo(ChronoUnit.MILLIS),
                                words(event.type()),
                                put(" ", event.code()),
                                event.counted() > 1 ? " " + times(event.counted()) : "",
                                put(" ", event.detail()),
                                put(" of agent ", event.agent()) + put(" in run ", event.run()),
                                put(" by ", event.principal())),
                figures("type", event.type(), "at", event.at().toString(), "count", event.counted()),
                event.sequence())));
        long events = kinds.stream().mapToLong(Kind::events).sum();
        if (events > notable.size()) {
            told.add(none("%s between these are left out here; the journal has them."
                    .formatted(many(events - notable.size(), "event"))));
        }
        return told;
    }

    private Instant bucketStart(long bucket, double width) {
        return period.from().plus(Duration.ofMillis((long) (bucket * width * 1_000)));
    }

    Draft none(String text) {
        return Draft.of(text, Map.of(), bounds());
    }

    private static Stream<Group> top(List<Group> groups) {
        return groups.stream().limit(MOST_TOLD);
    }

    private static Map<String, Object> counts(Group group, String name, String value) {
        return figures(
                name,
                value,
                "decided",
                group.decided(),
                "called",
                group.sent(),
                "succeeded",
                group.succeeded(),
                "failed",
                group.failed(),
                "outcome_unknown",
                group.unknown(),
                "cancelled",
                group.cancelled(),
                "refused",
                group.refused(),
                "open",
                group.open(),
                "slot_ms",
                group.slotMillis(),
                "cost_micros",
                group.costMicros());
    }

    /** What became of them, without what there was none of. */
    private static String fates(Group group) {
        long[] counts = LongStream.of(
                        group.succeeded(),
                        group.failed(),
                        group.unknown(),
                        group.cancelled(),
                        group.refused(),
                        group.open())
                .toArray();
        String[] names = {"succeeded", "failed", "of unknown outcome", "cancelled", "refused", "not ended"};
        List<String> fates = new ArrayList<>();
        for (int at = 0; at < names.length; at++) {
            if (counts[at] > 0) {
                fates.add(number(counts[at]) + " " + names[at]);
            }
        }
        return fates.isEmpty() ? "nothing came of it" : String.join(", ", fates);
    }

    private static String examples(Group group) {
        return group.firstAction().equals(group.lastAction())
                ? group.firstAction()
                : group.firstAction() + " and " + group.lastAction();
    }

    private static String was(long count, String state) {
        String verb = count == 1 ? "was" : "were";
        return state.equals("budget_exceeded") ? "found the budget exceeded" : verb + " " + state;
    }

    private static String put(String before, @Nullable String word) {
        return word == null || word.isEmpty() ? "" : before + word;
    }

    static String words(String name) {
        return name.replace('_', ' ');
    }

    static String many(long count, String of) {
        return number(count) + " " + of + (count == 1 ? "" : "s");
    }

    static String times(long count) {
        return count == 1 ? "once" : number(count) + " times";
    }

    static String number(long number) {
        return "%,d".formatted(number);
    }

    static String share(long part, long whole) {
        return whole == 0 ? "0 %" : Math.round(100.0 * part / whole) + " %";
    }

    private static String money(long micros) {
        return BigDecimal.valueOf(micros, MICROS).stripTrailingZeros().toPlainString() + " units";
    }
}
