package audit.incident;

import static audit.incident.Draft.figures;
import static audit.incident.OwnAccount.many;
import static audit.incident.OwnAccount.number;
import static audit.incident.OwnAccount.share;

import audit.incident.Comparison.Affected;
import audit.incident.OtherFigures.Attempts;
import audit.incident.OtherFigures.Hurt;
import audit.incident.OtherFigures.Load;
import audit.incident.OtherFigures.Side;
import audit.incident.OwnFigures.By;
import audit.incident.OwnFigures.Group;
import audit.incident.OwnFigures.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tenancy.TenantId;

/**
 * Whether a tenant's load reached others, in sentences. Operators are told names and numbers. The tenant itself is told
 * shares and times, and only of what at least {@link #CROWD} other tenants use: fewer could be told apart.
 */
final class OthersAccount {

    static final int CROWD = 3;
    private static final long ROUNDED_MILLIS = 10;

    private final TenantId tenant;
    private final Period period;
    private final OtherFigures others;
    private final boolean forOperator;
    private final int behind;
    private final @Nullable Instant countedFrom;
    private final OwnAccount own;
    private final List<Load> loads;
    private final List<Comparison> comparisons;
    private final List<Hurt> hurt;

    /**
     * @param behind how many other tenants' journals are not counted to their end
     * @param countedFrom what was before is counted no more; null if nothing before is asked for
     */
    OthersAccount(
            TenantId tenant,
            Period period,
            OtherFigures others,
            boolean forOperator,
            int behind,
            @Nullable Instant countedFrom,
            OwnAccount own) {
        this.tenant = tenant;
        this.period = period;
        this.others = others;
        this.forOperator = forOperator;
        this.behind = behind;
        this.countedFrom = countedFrom;
        this.own = own;
        this.loads = others.loads(tenant, period);
        List<String> pools = used(By.POOL, "pool");
        List<String> destinations = used(By.DESTINATION, "destination");
        this.comparisons = compared(pools, destinations);
        this.hurt = forOperator ? others.hurt(tenant, period, pools, destinations) : List.of();
    }

    private List<Comparison> compared(List<String> pools, List<String> destinations) {
        List<Side> sides = others.compared(tenant, period, pools, destinations);
        List<Comparison> all = new ArrayList<>();
        pools.forEach(pool -> all.add(comparison(sides, "pool", pool)));
        destinations.forEach(destination -> all.add(comparison(sides, "destination", destination)));
        all.add(comparison(sides, "store", "journal"));
        all.add(comparison(sides, "admission", "platform"));
        return all;
    }

    private List<String> used(By by, String column) {
        return own.by(by).stream()
                .filter(group -> by == By.POOL || group.sent() > 0)
                .map(group -> group.key().get(column))
                .filter(name -> name != null && !name.isEmpty())
                .distinct()
                .toList();
    }

    private static Comparison comparison(List<Side> sides, String kind, String name) {
        return new Comparison(kind, name, side(sides, kind, name, false), side(sides, kind, name, true));
    }

    private static Side side(List<Side> sides, String kind, String name, boolean during) {
        return sides.stream()
                .filter(side -> side.during() == during
                        && side.kind().equals(kind)
                        && side.name().equals(name))
                .findFirst()
                .orElse(new Side(kind, name, during, 0, 0, 0, 0, 0, 0));
    }

    private long slotMillis(Comparison comparison) {
        By by = comparison.kind().equals("pool") ? By.POOL : By.DESTINATION;
        return own.by(by).stream()
                .filter(group -> comparison.name().equals(group.key().get(comparison.kind())))
                .mapToLong(Group::slotMillis)
                .sum();
    }

    Affected verdict() {
        Affected all = behind > 0 || countedFrom != null ? Affected.UNKNOWN : Affected.NO;
        for (Comparison comparison : comparisons) {
            if (tellable(comparison)) {
                all = all.and(comparison.affected());
            }
        }
        return all;
    }

    /** Whether anybody else calls a host is nobody's business: whoever may name hosts could find out by asking. */
    private boolean tellable(Comparison comparison) {
        return forOperator || !comparison.kind().equals("destination") || crowded(comparison);
    }

    private static boolean crowded(Comparison comparison) {
        return comparison.during().tenants() >= CROWD && comparison.before().tenants() >= CROWD;
    }

    List<Draft> load() {
        List<Draft> told = new ArrayList<>();
        if (countedFrom != null) {
            told.add(own.none("What was before %s is counted no more, or only in part: it is too long ago."
                    .formatted(countedFrom)));
        }
        told.addAll(loadOfEach());
        return told;
    }

    private List<Draft> loadOfEach() {
        Load mine = loads.stream().filter(Load::own).findFirst().orElse(null);
        if (mine == null) {
            return List.of(own.none("Tenant %s asked for nothing in this period.".formatted(tenant)));
        }
        List<Draft> told = new ArrayList<>();
        Group all = own.all();
        if (forOperator) {
            told.add(Draft.of(
                    "Of the slot time of %s, tenant %s had %s, which is place %d; it asked for %s of %s."
                            .formatted(
                                    many(mine.tenants(), "tenant"),
                                    tenant,
                                    share(mine.slotMillis(), mine.allSlotMillis()),
                                    mine.place(),
                                    number(mine.decided()),
                                    many(mine.allDecided(), "action")),
                    figures(
                            "place", mine.place(),
                            "tenants", mine.tenants(),
                            "slot_ms", mine.slotMillis(),
                            "all_slot_ms", mine.allSlotMillis(),
                            "decided", mine.decided(),
                            "all_decided", mine.allDecided()),
                    all.first(),
                    all.last()));
            loads.stream()
                    .filter(load -> !load.own())
                    .forEach(load -> told.add(new Draft(
                            "Tenant %s had %s of it and asked for %s."
                                    .formatted(
                                            load.tenant(),
                                            share(load.slotMillis(), load.allSlotMillis()),
                                            many(load.decided(), "action")),
                            figures(
                                    "tenant_id", load.tenant(),
                                    "place", load.place(),
                                    "slot_ms", load.slotMillis(),
                                    "decided", load.decided()),
                            List.of(),
                            Map.of(load.tenant(), ends(load.first(), load.last())))));
        } else if (mine.tenants() > CROWD) {
            told.add(Draft.of(
                    "Of the slot time of all tenants, tenant %s had %s; it asked for %s."
                            .formatted(
                                    tenant,
                                    share(mine.slotMillis(), mine.allSlotMillis()),
                                    many(mine.decided(), "action")),
                    figures(
                            "slot_share_percent",
                                    Math.round(100.0 * mine.slotMillis() / Math.max(1, mine.allSlotMillis())),
                            "slot_ms", mine.slotMillis(),
                            "decided", mine.decided()),
                    all.first(),
                    all.last()));
        } else {
            told.add(Draft.of(
                    "Tenant %s had slots for %s ms and asked for %s."
                            .formatted(tenant, number(mine.slotMillis()), many(mine.decided(), "action")),
                    figures("slot_ms", mine.slotMillis(), "decided", mine.decided()),
                    all.first(),
                    all.last()));
        }
        return told;
    }

    List<Draft> affected() {
        List<Draft> told = new ArrayList<>();
        told.add(own.none(
                switch (verdict()) {
                    case YES -> "Yes: others were worse off than before on what follows.";
                    case NO ->
                        "No: on everything that this tenant shared with others, they were as well off as before.";
                    case UNKNOWN -> "That cannot be told of all that was shared: there is too little to compare.";
                }));
        if (behind > 0) {
            told.add(own.none(
                    "Journals of other tenants are still being counted; ask again in a moment for the whole answer."));
        }
        comparisons.forEach(comparison -> told.add(told(comparison)));
        return told;
    }

    private Draft told(Comparison comparison) {
        if (!tellable(comparison)) {
            return Draft.of(
                    "Calls of others to %s: fewer than %d other tenants call it, or none; nothing is told of them."
                            .formatted(comparison.name(), CROWD),
                    figures("kind", comparison.kind(), "name", comparison.name(), "affected", "untold"),
                    evidenceOf(comparison));
        }
        Side before = comparison.before();
        Side during = comparison.during();
        Affected affected = comparison.affected();
        Map<String, Object> figures =
                figures("kind", comparison.kind(), "name", comparison.name(), "affected", affected.word());
        boolean whole = forOperator;
        boolean told = whole || crowded(comparison);
        if (whole) {
            figures.put("others_before", before.tenants());
            figures.put("others_during", during.tenants());
            figures.put("samples_before", before.samples());
            figures.put("samples_during", during.samples());
            figures.put("p50_ms_before", before.half());
            figures.put("p50_ms_during", during.half());
            figures.put("faults_before", before.faults());
            figures.put("faults_during", during.faults());
        }
        if (told) {
            figures.put("p95_ms_before", rounded(before.most()));
            figures.put("p95_ms_during", rounded(during.most()));
            figures.put("fault_percent_before", Math.round(100 * Comparison.share(before)));
            figures.put("fault_percent_during", Math.round(100 * Comparison.share(during)));
        }
        long mine = slotMillis(comparison);
        if (whole && mine + during.slotMillis() > 0) {
            figures.put("own_share_percent", Math.round(100.0 * mine / (mine + during.slotMillis())));
        }
        Draft draft = Draft.of(sentence(comparison, told), figures, evidenceOf(comparison));
        List<Hurt> met = hurt.stream()
                .filter(one ->
                        one.kind().equals(comparison.kind()) && one.name().equals(comparison.name()))
                .toList();
        if (affected == Affected.YES && !met.isEmpty()) {
            figures.put(
                    "tenants",
                    met.stream()
                            .map(one ->
                                    figures("tenant_id", one.tenant(), "samples", one.samples(), "p95_ms", one.most()))
                            .toList());
        }
        Map<String, List<Long>> worst = new LinkedHashMap<>();
        met.forEach(one -> worst.put(one.tenant(), List.of(one.worst())));
        return draft.with(worst);
    }

    private static List<Long> ends(long first, long last) {
        return first == last ? List.of(first) : List.of(first, last);
    }

    private String sentence(Comparison comparison, boolean told) {
        Side before = comparison.before();
        Side during = comparison.during();
        String what = switch (comparison.kind()) {
            case "pool" -> "Waiting for a slot of pool " + comparison.name();
            case "destination" -> "Calls of others to " + comparison.name();
            case "store" -> "Writing outcomes into the journal";
            default -> "Admission for lack of room";
        };
        if (forOperator && during.samples() == 0) {
            return "%s: no other tenant used it in this period.".formatted(what);
        }
        if (!told) {
            return "%s: %s. Too few other tenants use it for their figures to be shown."
                    .formatted(what, verdictWords(comparison.affected()));
        }
        String figures = switch (comparison.kind()) {
            case "pool" ->
                "others waited at most %s in 95 of 100 cases, before it %s"
                        .formatted(millis(during.most()), before(before, millis(before.most())));
            case "destination" ->
                "at most %s in 95 of 100 cases and %s failed, before it %s"
                        .formatted(
                                millis(during.most()),
                                percent(during),
                                before(before, millis(before.most()) + " and " + percent(before)));
            case "store" ->
                "others' outcomes were written within %s in 95 of 100 cases, before it %s"
                        .formatted(millis(during.most()), before(before, millis(before.most())));
            default ->
                "%s of others' actions were refused, before it %s"
                        .formatted(percent(during), before(before, percent(before)));
        };
        String samples = forOperator
                ? " (%s of %s during, %s before)"
                        .formatted(
                                many(during.samples(), "case"),
                                many(during.tenants(), "other tenant"),
                                number(before.samples()))
                : "";
        return "%s: %s. %s%s.".formatted(what, verdictWords(comparison.affected()), capital(figures), samples);
    }

    private static String before(Side before, String figures) {
        return before.samples() == 0 ? "nobody used it" : figures;
    }

    private static String verdictWords(Affected affected) {
        return switch (affected) {
            case YES -> "others were affected";
            case NO -> "others were not affected";
            case UNKNOWN -> "it cannot be told whether others were affected";
        };
    }

    /** This tenant's own use of the same thing. */
    private long[] evidenceOf(Comparison comparison) {
        return switch (comparison.kind()) {
            case "pool" -> ends(By.POOL, "pool", comparison.name());
            case "destination" -> ends(By.DESTINATION, "destination", comparison.name());
            default -> own.bounds();
        };
    }

    private long[] ends(By by, String column, String name) {
        return own.by(by).stream()
                .filter(group -> name.equals(group.key().get(column)))
                .findFirst()
                .map(group -> new long[] {group.first(), group.last()})
                .orElse(new long[0]);
    }

    List<Draft> attempts() {
        List<Draft> told = new ArrayList<>();
        own.kinds().stream()
                .filter(OthersAccount::acrossTenants)
                .forEach(kind -> told.add(Draft.of(
                        attempt(kind),
                        figures("type", kind.type(), "code", String.valueOf(kind.code()), "count", kind.counted()),
                        kind.first(),
                        kind.last())));
        if (told.isEmpty()) {
            told.add(own.none("No credential of %s was seen at what is another's.".formatted(tenant)));
        }
        if (forOperator) {
            Attempts elsewhere = others.attempts(tenant, period);
            told.add(new Draft(
                    "Of other tenants' credentials %s seen, of %s; whom these were aimed at no journal says."
                            .formatted(
                                    many(elsewhere.counted(), "such attempt")
                                            + (elsewhere.counted() == 1 ? " was" : " were"),
                                    many(elsewhere.tenants(), "tenant")),
                    figures("count", elsewhere.counted(), "tenants", elsewhere.tenants()),
                    List.of(),
                    elsewhere.events()));
        }
        return told;
    }

    private String attempt(Kind kind) {
        return kind.type().equals("sealed_value_refused")
                ? "A sealed value of %s was refused %s: it is not what was sealed there."
                        .formatted(tenant, OwnAccount.times(kind.counted()))
                : "A credential of %s was refused %s where it did not belong (%s)."
                        .formatted(tenant, OwnAccount.times(kind.counted()), kind.code());
    }

    private static boolean acrossTenants(Kind kind) {
        String code = String.valueOf(kind.code());
        return switch (kind.type()) {
            case "request_refused" -> code.equals("other_tenant") || code.equals("envelope_mismatch");
            case "lease_use_refused" -> code.equals("lease_mismatch");
            case "sealed_value_refused" -> true;
            default -> false;
        };
    }

    private String millis(long millis) {
        return number(rounded(millis)) + " ms";
    }

    private long rounded(long millis) {
        return forOperator ? millis : (millis + ROUNDED_MILLIS - 1) / ROUNDED_MILLIS * ROUNDED_MILLIS;
    }

    private static String percent(Side side) {
        return share(side.faults(), side.samples());
    }

    private static String capital(String words) {
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
