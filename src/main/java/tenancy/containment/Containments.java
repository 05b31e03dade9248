package tenancy.containment;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tenancy.Cause;
import tenancy.ContainedWork;
import tenancy.ContainedWork.Containment;
import tenancy.ContainedWork.Reached;
import tenancy.ContainmentScope;
import tenancy.InvalidField;
import tenancy.Posture;
import tenancy.Restriction;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.containment.Confirmations.Change;
import tenancy.containment.ContainmentCommand.ConfirmRelease;
import tenancy.containment.ContainmentCommand.ReleasePosture;
import tenancy.containment.ContainmentCommand.ReleaseScope;
import tenancy.containment.ContainmentCommand.SetPosture;

/** Sets and releases postures, and answers with what came of it. */
@Component
class Containments {

    static final int MOST_SHOWN = 1_000;

    /** Whoever stops something is answered in a quarter of a second: what is not known by then is told later. */
    private static final Duration LONGEST_WAIT = Duration.ofMillis(50);

    private static final Duration LONGEST = Duration.ofDays(365);

    private final TenantCommands commands;
    private final Confirmations confirmations;
    private final PostureNews news;
    private final Supplier<UUID> ids;
    private final Clock clock;

    Containments(
            TenantCommands commands, Confirmations confirmations, PostureNews news, Supplier<UUID> ids, Clock clock) {
        this.commands = commands;
        this.confirmations = confirmations;
        this.news = news;
        this.ids = ids;
        this.clock = clock;
    }

    /** What whoever asked is told. */
    sealed interface Answer {

        record Told(SignedReceipt receipt) implements Answer {}

        /**
         * Still in force.
         *
         * @param remedy how it is released
         */
        record Awaited(String containmentId, String state, String remedy) implements Answer {}
    }

    Answer set(
            TenantContext context,
            Cause.Owner owner,
            ContainmentScope scope,
            Posture posture,
            String reason,
            @Nullable Instant expiresAt,
            boolean twoPersonRelease) {
        Instant now = clock.instant();
        if (expiresAt != null && (!expiresAt.isAfter(now) || expiresAt.isAfter(now.plus(LONGEST)))) {
            throw new InvalidField(
                    "/expires_at", "range", "must be in the future, by %d days at most".formatted(LONGEST.toDays()));
        }
        var set = new SetPosture(
                new PostureBookId(context.tenant()),
                "cnt_" + ids.get().toString().replace("-", ""),
                scope,
                posture,
                reason,
                context.principal(),
                owner,
                false,
                expiresAt == null ? null : expiresAt.truncatedTo(ChronoUnit.MILLIS),
                twoPersonRelease,
                now);
        return answer(context, reason, now, commands.ask(context, set));
    }

    Answer release(TenantContext context, Cause.Owner owner, ContainmentScope scope, String reason) {
        Instant now = clock.instant();
        var book = new PostureBookId(context.tenant());
        return answer(
                context,
                reason,
                now,
                commands.ask(context, new ReleaseScope(book, scope, context.principal(), owner, reason, now)));
    }

    Answer release(TenantContext context, Cause.Owner owner, String containment, String reason) {
        Instant now = clock.instant();
        var book = new PostureBookId(context.tenant());
        return answer(
                context,
                reason,
                now,
                commands.ask(context, new ReleasePosture(book, containment, context.principal(), owner, reason, now)));
    }

    Answer confirm(TenantContext context, Cause.Owner owner, String containment, String reason) {
        Instant now = clock.instant();
        var book = new PostureBookId(context.tenant());
        return answer(
                context,
                reason,
                now,
                commands.ask(context, new ConfirmRelease(book, containment, context.principal(), owner, reason, now)));
    }

    /** What a posture would reach; nothing is changed by asking. */
    List<Reached> reaches(
            TenantContext context, Cause.Owner owner, ContainmentScope scope, Posture posture, String reason) {
        var thought = new Restriction("", scope, posture, reason, owner, context.principal(), 0, clock.instant(), null);
        Containment containment = confirmations.containment(context, thought, posture, reason);
        List<Reached> all = new ArrayList<>();
        for (ContainedWork work : news.all()) {
            all.addAll(work.reaches(containment, ContainmentReceipt.MOST_TOLD));
        }
        return all;
    }

    private Answer answer(TenantContext context, String reason, Instant requestedAt, PostureChange change) {
        return switch (change) {
            case PostureChange.Awaited(Restriction restriction) ->
                new Answer.Awaited(
                        restriction.containment(),
                        "awaiting_second_person",
                        "have another person confirm: POST /v1/containment/" + restriction.containment() + ":confirm");
            case PostureChange.Set(Restriction restriction) ->
                told(new Change(
                        context,
                        restriction,
                        restriction.posture(),
                        reason,
                        context.principal(),
                        restriction.epoch(),
                        requestedAt));
            case PostureChange.Noted _, PostureChange.Unchanged _ ->
                throw new IllegalStateException("Only rules leave it as it is");
            case PostureChange.Released released ->
                told(new Change(
                        context,
                        released.restriction(),
                        Posture.NORMAL,
                        reason,
                        context.principal(),
                        released.epoch(),
                        requestedAt));
        };
    }

    private Answer told(Change change) {
        return new Answer.Told(confirmations.follow(change, LONGEST_WAIT));
    }
}
