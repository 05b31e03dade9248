package audit.incident;

import audit.incident.OwnFigures.By;
import audit.incident.OwnFigures.Group;
import audit.incident.OwnFigures.Kind;
import audit.incident.OwnFigures.Notable;
import audit.incident.Report.Evidence;
import audit.incident.Report.Section;
import audit.incident.Report.Sentence;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Makes reports: has the journals counted to their end, asks for the figures, and puts them into sentences. */
@Component
class Reports {

    private static final int MOST_NOTABLE = 100;
    /** A report is not late because journals of others have grown. */
    private static final Duration LONGEST_COUNTING = Duration.ofMillis(500);

    private final Facts facts;
    private final Counting counting;
    private final OldFacts old;
    private final OwnFigures own;
    private final OtherFigures others;
    private final TenantTransactions transactions;
    private final Clock clock;

    Reports(
            Facts facts,
            Counting counting,
            OldFacts old,
            OwnFigures own,
            OtherFigures others,
            TenantTransactions transactions,
            Clock clock) {
        this.facts = facts;
        this.counting = counting;
        this.old = old;
        this.own = own;
        this.others = others;
        this.transactions = transactions;
        this.clock = clock;
    }

    private record Own(List<Group> groups, List<Kind> kinds, List<Notable> notable) {}

    /** @param forOperator whether others may be named */
    Report of(TenantId tenant, IncidentView incident, boolean forOperator) {
        long through = facts.count(tenant);
        int behind = counting.countOthers(tenant, LONGEST_COUNTING);
        Instant now = clock.instant();
        Instant until = incident.until() == null || incident.until().isAfter(now) ? now : incident.until();
        var period = new Period(incident.from(), until, now);
        Own found = transactions.in(
                tenant,
                () -> new Own(
                        own.groups(tenant, incident.scope(), period),
                        own.kinds(tenant, incident.scope(), period),
                        own.notable(tenant, incident.scope(), period, MOST_NOTABLE)));
        var account = new OwnAccount(tenant, incident.scope(), period, found.groups(), found.kinds(), found.notable());
        Instant horizon = old.horizon();
        Instant countedFrom = period.before().isBefore(horizon) ? horizon : null;
        var neighbours = new OthersAccount(tenant, period, others, forOperator, behind, countedFrom, account);
        List<Drafted> drafted = List.of(
                new Drafted("load", "Which tenant created the load?", neighbours.load()),
                new Drafted("involved", "Which agents and runs were involved?", account.involved()),
                new Drafted("tools", "Which tools were called, and what came of it?", account.tools()),
                new Drafted("boundary", "What left the boundary?", account.boundary()),
                new Drafted("decisions", "Which policy version and rule decided?", account.decisions()),
                new Drafted("refusals", "What was refused?", account.refusals()),
                new Drafted("spend", "What was spent?", account.spend()),
                new Drafted("containment", "What stopped it?", account.containment()),
                new Drafted("others", "Were other tenants affected?", neighbours.affected()),
                new Drafted("attempts", "Were there attempts across tenants?", neighbours.attempts()),
                new Drafted("timeline", "What happened when?", account.timeline()));
        return new Report(
                incident,
                tenant.value(),
                period.from(),
                period.until(),
                period.before(),
                now,
                countedFrom,
                through,
                neighbours.verdict().word(),
                new Evidencing(tenant, forOperator).sections(drafted));
    }

    private record Drafted(String section, String question, List<Draft> sentences) {}

    /** Looks up the ids of all events that sentences name, each journal's at once. */
    private final class Evidencing {

        private final TenantId tenant;
        private final boolean forOperator;
        private final Map<String, Map<Long, String>> ids = new HashMap<>();

        Evidencing(TenantId tenant, boolean forOperator) {
            this.tenant = tenant;
            this.forOperator = forOperator;
        }

        List<Section> sections(List<Drafted> drafted) {
            List<Draft> all =
                    drafted.stream().flatMap(one -> one.sentences().stream()).toList();
            List<Long> mine =
                    all.stream().flatMap(draft -> draft.own().stream()).toList();
            ids.put(tenant.value(), transactions.in(tenant, () -> own.eventIds(tenant, mine)));
            Map<String, List<Long>> theirs = new HashMap<>();
            all.forEach(draft -> shown(draft)
                    .forEach((other, sequences) -> theirs.computeIfAbsent(other, none -> new ArrayList<>())
                            .addAll(sequences)));
            theirs.forEach((other, sequences) -> ids.put(other, others.eventIds(other, sequences)));
            return drafted.stream()
                    .map(one -> new Section(
                            one.section(),
                            one.question(),
                            one.sentences().stream().map(this::sentence).toList()))
                    .toList();
        }

        private Sentence sentence(Draft draft) {
            List<Evidence> evidence = new ArrayList<>();
            draft.own().forEach(sequence -> add(evidence, tenant.value(), sequence));
            shown(draft).forEach((other, sequences) -> sequences.forEach(sequence -> add(evidence, other, sequence)));
            return new Sentence(draft.text(), draft.figures(), evidence);
        }

        /** Whoever may not read others' journals is told of no event in them, whatever a sentence names. */
        private Map<String, List<Long>> shown(Draft draft) {
            return forOperator ? draft.others() : Map.of();
        }

        private void add(List<Evidence> evidence, String of, long sequence) {
            String id = ids.getOrDefault(of, Map.of()).get(sequence);
            if (id != null) {
                evidence.add(new Evidence(
                        of.equals(tenant.value()) ? null : of,
                        sequence,
                        id,
                        "/v1/journal/inclusion?sequence=" + sequence + (forOperator ? "&tenant=" + of : "")));
            }
        }
    }

    /** Only for a {@code By} that has one group. */
    static Group only(List<Group> groups, By by) {
        return groups.stream().filter(group -> group.by() == by).findFirst().orElse(NONE);
    }

    private static final Group NONE =
            new Group(By.ALL, Map.of(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "", "");
}
