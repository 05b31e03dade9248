package tenancy.containment;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.SourceId;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import tenancy.Cause;
import tenancy.Conflict;
import tenancy.ContainmentEvent;
import tenancy.ContainmentEvent.ContainmentConfirmed;
import tenancy.ContainmentEvent.ContainmentRuleFired;
import tenancy.ContainmentEvent.ContainmentRuleRemoved;
import tenancy.ContainmentEvent.ContainmentRuleSet;
import tenancy.ContainmentEvent.PostureReleased;
import tenancy.ContainmentEvent.PostureSet;
import tenancy.ContainmentEvent.ReleaseAsked;
import tenancy.ContainmentScope;
import tenancy.Forbidden;
import tenancy.NotFound;
import tenancy.Restriction;
import tenancy.Subject;
import tenancy.TenantId;
import tenancy.containment.ContainmentCommand.ConfirmContainment;
import tenancy.containment.ContainmentCommand.ConfirmRelease;
import tenancy.containment.ContainmentCommand.FireRule;
import tenancy.containment.ContainmentCommand.ReleasePosture;
import tenancy.containment.ContainmentCommand.SetPosture;

/**
 * What is contained of one tenant, and how far. Of all that covers a subject the strictest holds; what the operator set
 * and what the tenant set for the same scope stand beside each other, so that neither relaxes the other's.
 */
@Aggregate(cache = "aggregateCache", lockFactory = "laneIsLock", snapshotTriggerDefinition = "snapshotEvery")
@NullUnmarked
class PostureBook {

    /** Looked through for each action of a tenant that is contained. */
    static final int MOST_IN_FORCE = 500;

    static final int MOST_RULES = 50;

    /** Periods that stood still, of which clocks are told. */
    static final int MOST_PERIODS = 1_000;

    @AggregateIdentifier
    private String id;

    private TreeMap<String, Entry> entries = new TreeMap<>();
    private TreeMap<String, Rule> rules = new TreeMap<>();
    private ArrayList<Stillness> periods = new ArrayList<>();
    private long epoch;

    PostureBook() {}

    /** @param first what it is opened for: it applies an event, or refuses */
    PostureBook(PostureBookId book, Consumer<PostureBook> first) {
        id = book.toString();
        first.accept(this);
    }

    long epoch() {
        return epoch;
    }

    List<Restriction> inForce() {
        return entries.values().stream().map(Entry::restriction).toList();
    }

    /** Periods that are over, in which something stood still: the newest. */
    List<Stillness> stood() {
        return List.copyOf(periods);
    }

    Optional<Restriction> on(Subject subject) {
        return entries.isEmpty() ? Optional.empty() : strictest(inForce(), subject);
    }

    /** Of equal ones, the one that was set first. */
    static Optional<Restriction> strictest(List<Restriction> inForce, Subject subject) {
        Restriction strictest = null;
        boolean asksPeople = false;
        for (Restriction one : inForce) {
            if (!one.scope().covers(subject)) {
                continue;
            }
            asksPeople |= one.asksPeople();
            if (strictest == null
                    || one.posture().isStricterThan(strictest.posture())
                    || one.posture() == strictest.posture() && one.epoch() < strictest.epoch()) {
                strictest = one;
            }
        }
        if (strictest == null) {
            return Optional.empty();
        }
        return Optional.of(asksPeople ? strictest.andAsksPeople() : strictest);
    }

    Duration stoodStill(Subject subject, Instant from, Instant to) {
        return Stillness.of(Stillness.all(periods, inForce(), to), subject, from, to);
    }

    PostureChange set(SetPosture set) {
        PostureSet wanted = new PostureSet(
                set.containment(),
                set.scope(),
                set.posture(),
                set.reason(),
                set.by(),
                set.owner(),
                set.automatic(),
                null,
                epoch + 1,
                set.expiresAt(),
                set.twoPersonRelease(),
                set.at());
        Entry before = entries.get(Entry.of(wanted).place());
        if (before != null && set.automatic() && before.posture().isStricterThan(set.posture())) {
            return new PostureChange.Unchanged(before.restriction());
        }
        if (before != null && before.twoPersonRelease() && isRelaxed(before, set)) {
            throw new Conflict(
                    "two_person_release",
                    "Containment %s is relaxed by two people only: release it, and have another one confirm."
                            .formatted(before.containment()));
        }
        if (before == null && entries.size() >= MOST_IN_FORCE) {
            throw new Conflict(
                    "too_many_containments",
                    "A tenant has at most %d containments in force. Release one, or contain a wider scope."
                            .formatted(MOST_IN_FORCE));
        }
        PostureSet applied = before == null ? wanted : replacing(wanted, before.containment());
        apply(applied);
        return new PostureChange.Set(Entry.of(applied).restriction());
    }

    private static PostureSet replacing(PostureSet set, String before) {
        return new PostureSet(
                set.containment(),
                set.scope(),
                set.posture(),
                set.reason(),
                set.by(),
                set.owner(),
                set.automatic(),
                before,
                set.epoch(),
                set.expiresAt(),
                set.twoPersonRelease(),
                set.setAt());
    }

    private static boolean isRelaxed(Entry before, SetPosture set) {
        Instant end = before.expiresAt();
        Instant newEnd = set.expiresAt();
        return before.posture().isStricterThan(set.posture())
                || !set.twoPersonRelease()
                || newEnd != null && (end == null || newEnd.isBefore(end));
    }

    PostureChange release(ReleasePosture release) {
        Entry entry = own(release.containment(), release.owner());
        return release(entry, release.by(), release.reason(), release.at());
    }

    /** Each that the caller may release; the last one's answer stands for all. */
    PostureChange release(ContainmentScope scope, String by, Cause.Owner owner, String reason, Instant at) {
        List<Entry> all = entries.values().stream()
                .filter(entry -> entry.scope().equals(scope))
                .toList();
        List<Entry> own = all.stream().filter(entry -> mayRelease(entry, owner)).toList();
        if (own.isEmpty()) {
            if (all.isEmpty()) {
                throw new Conflict("not_contained", "Nothing is set for %s.".formatted(scope.word()));
            }
            throw setByOperator(all.getFirst().containment());
        }
        PostureChange last = null;
        for (Entry entry : own) {
            last = release(entry, by, reason, at);
        }
        return last;
    }

    private PostureChange release(Entry entry, String by, String reason, Instant at) {
        if (entry.twoPersonRelease()) {
            if (!by.equals(entry.releaseAskedBy())) {
                apply(new ReleaseAsked(entry.containment(), by, reason, at));
            }
            return new PostureChange.Awaited(entry.releaseAsked(by).restriction());
        }
        return released(entry, by, null, reason, at);
    }

    PostureChange confirm(ConfirmRelease confirm) {
        Entry entry = own(confirm.containment(), confirm.owner());
        String first = entry.releaseAskedBy();
        if (first == null) {
            throw new Conflict(
                    "release_not_asked",
                    "Nobody has asked to release %s yet: POST /v1/containment/%s:release"
                            .formatted(entry.containment(), entry.containment()));
        }
        if (confirm.by().equals(first) || confirm.by().equals(entry.by())) {
            throw new Forbidden(
                    "second_person_required",
                    "Containment %s is released by two: another than %s, and than who set it, has to confirm."
                            .formatted(entry.containment(), first));
        }
        return released(entry, confirm.by(), first, confirm.reason(), confirm.at());
    }

    private PostureChange released(Entry entry, String by, String first, String reason, Instant at) {
        apply(new PostureReleased(entry.containment(), entry.scope(), by, first, reason, false, epoch + 1, at));
        return new PostureChange.Released(entry.restriction(), epoch);
    }

    List<PostureChange> expire(Instant now) {
        List<PostureChange> changes = new ArrayList<>();
        for (Entry entry : List.copyOf(entries.values())) {
            if (entry.isOver(now)) {
                apply(new PostureReleased(
                        entry.containment(),
                        entry.scope(),
                        "platform:containment",
                        null,
                        "Its time is over.",
                        true,
                        epoch + 1,
                        now));
                changes.add(new PostureChange.Released(entry.restriction(), epoch));
            }
        }
        return changes;
    }

    List<Rule> rules() {
        return List.copyOf(rules.values());
    }

    Rule set(Rule rule, Instant at) {
        mayChange(rules.get(rule.name()), rule.owner());
        if (!rules.containsKey(rule.name()) && rules.size() >= MOST_RULES) {
            throw new Conflict(
                    "too_many_containment_rules",
                    "A tenant has at most %d containment rules. Remove one first.".formatted(MOST_RULES));
        }
        apply(new ContainmentRuleSet(
                rule.name(),
                rule.trigger().word(),
                rule.threshold(),
                rule.scope(),
                rule.mode().word(),
                rule.posture(),
                rule.lifetime().toSeconds(),
                rule.owner(),
                at));
        return rule;
    }

    void remove(String name, Cause.Owner owner, Instant at) {
        Rule rule = rules.get(name);
        if (rule == null) {
            throw new NotFound("containment rule", name);
        }
        mayChange(rule, owner);
        apply(new ContainmentRuleRemoved(name, at));
    }

    private static void mayChange(Rule before, Cause.Owner owner) {
        if (before != null && before.owner() == Cause.Owner.OPERATOR && owner != Cause.Owner.OPERATOR) {
            throw new Forbidden(
                    "contained_by_operator",
                    "Rule %s was set by the platform's operator, who alone changes it.".formatted(before.name()));
        }
    }

    /** By the rule as it is now: one that was removed or changed meanwhile does nothing more. */
    PostureChange fire(FireRule fired) {
        Rule rule = rules.get(fired.rule());
        if (rule == null || fired.measured() < rule.threshold()) {
            return new PostureChange.Noted();
        }
        apply(new ContainmentRuleFired(
                rule.name(),
                fired.scope(),
                fired.measured(),
                rule.threshold(),
                rule.mode().word(),
                fired.at()));
        if (rule.mode() != Rule.Mode.ENFORCE) {
            return new PostureChange.Noted();
        }
        return set(new SetPosture(
                new PostureBookId(TenantId.ofAggregate(id)),
                fired.containment(),
                fired.scope(),
                rule.posture(),
                "%d %s in a minute, of %d at most."
                        .formatted(fired.measured(), rule.trigger().word(), rule.threshold()),
                rule.by(),
                rule.owner(),
                true,
                fired.at().plus(rule.lifetime()).truncatedTo(ChronoUnit.MILLIS),
                false,
                fired.at()));
    }

    void confirm(ConfirmContainment confirmed) {
        apply(new ContainmentConfirmed(
                confirmed.containment(),
                confirmed.epoch(),
                confirmed.receipt(),
                confirmed.signature(),
                confirmed.signedBy(),
                confirmed.at()));
    }

    private Entry own(String containment, Cause.Owner owner) {
        Entry entry = entries.values().stream()
                .filter(one -> one.containment().equals(containment))
                .findFirst()
                .orElseThrow(() -> new NotFound("containment in force", containment));
        if (!mayRelease(entry, owner)) {
            throw setByOperator(containment);
        }
        return entry;
    }

    private static boolean mayRelease(Entry entry, Cause.Owner owner) {
        return owner == Cause.Owner.OPERATOR || entry.owner() == owner;
    }

    private static Forbidden setByOperator(String containment) {
        return new Forbidden(
                "contained_by_operator",
                "Containment %s was set by the platform's operator, who alone releases it.".formatted(containment));
    }

    @EventSourcingHandler
    void on(ContainmentEvent event, @SourceId String book) {
        id = book;
        switch (event) {
            case PostureSet set -> {
                epoch = set.epoch();
                Entry entry = Entry.of(set);
                ended(entries.put(entry.place(), entry), set.setAt());
            }
            case ReleaseAsked asked ->
                entries.replaceAll((place, entry) ->
                        entry.containment().equals(asked.containment()) ? entry.releaseAsked(asked.by()) : entry);
            case PostureReleased released -> {
                epoch = released.epoch();
                for (Entry entry : List.copyOf(entries.values())) {
                    if (entry.containment().equals(released.containment())) {
                        ended(entries.remove(entry.place()), released.releasedAt());
                    }
                }
            }
            case ContainmentRuleSet rule ->
                rules.put(
                        rule.rule(),
                        new Rule(
                                rule.rule(),
                                Rule.Trigger.valueOf(rule.trigger().toUpperCase(Locale.ROOT)),
                                rule.threshold(),
                                rule.scope(),
                                Rule.Mode.valueOf(rule.mode().toUpperCase(Locale.ROOT)),
                                rule.posture(),
                                Duration.ofSeconds(rule.lifetimeSeconds()),
                                rule.owner()));
            case ContainmentRuleRemoved removed -> rules.remove(removed.rule());
            case ContainmentRuleFired toldOnly -> {}
            case ContainmentConfirmed toldOnly -> {}
        }
    }

    /** What has stood still is told to the clocks that are read later. */
    private void ended(Entry entry, Instant at) {
        if (entry != null && entry.posture().standsStill()) {
            periods.add(new Stillness(entry.scope(), entry.since(), at));
            if (periods.size() > MOST_PERIODS) {
                periods.removeFirst();
            }
        }
    }
}
