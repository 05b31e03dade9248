package execution;

import execution.ActionEvent.ActionCancelled;
import execution.ActionEvent.ActionFailed;
import execution.ActionEvent.ActionOutcomeUnknown;
import execution.ActionEvent.ActionSucceeded;
import execution.ActionEvent.Answered;
import execution.ActionEvent.CheckFailed;
import execution.ActionEvent.CheckPassed;
import execution.ActionEvent.Kept;
import execution.ActionEvent.PriorRead;
import execution.gateway.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What came of calls, as events: whole for whoever waits for it, and as the tenant wants it journaled. */
final class Endings {

    /** The code of a call that a containment ended. */
    static final String CONTAINED = "contained";

    private Endings() {}

    static ActionEvent of(String action, int attempt, Outcome outcome, Instant at) {
        return switch (outcome) {
            case Outcome.Succeeded done ->
                new ActionSucceeded(
                        action,
                        attempt,
                        done.status(),
                        done.result(),
                        done.attempts(),
                        at,
                        Fingerprint.of(done.result()),
                        done.levels());
            // Stopped by a containment, for sure without an effect.
            case Outcome.Failed failed
            when failed.code().equals(CONTAINED) -> new ActionCancelled(action, at, failed.cause());
            case Outcome.Failed failed ->
                new ActionFailed(
                        action,
                        attempt,
                        failed.status(),
                        failed.code(),
                        failed.cause(),
                        failed.attempts(),
                        at,
                        failed.levels());
            case Outcome.Unknown unknown ->
                new ActionOutcomeUnknown(
                        action, attempt, unknown.code(), unknown.cause(), unknown.attempts(), at, unknown.levels());
        };
    }

    /** The same without what the target said, where that is not kept. */
    static ActionEvent kept(ActionEvent event, @Nullable Kept apart) {
        if (apart == null) {
            return event;
        }
        if (event instanceof ActionSucceeded done) {
            return new ActionSucceeded(
                    done.action(),
                    done.attempt(),
                    done.status(),
                    null,
                    done.requests(),
                    done.endedAt(),
                    done.resultDigest(),
                    done.levels());
        }
        if (event instanceof ActionFailed failed && failed.levels() != null) {
            return new ActionFailed(
                    failed.action(),
                    failed.attempt(),
                    failed.status(),
                    failed.code(),
                    failed.cause(),
                    failed.requests(),
                    failed.endedAt(),
                    failed.levels().withoutMessage());
        }
        if (event instanceof ActionOutcomeUnknown unknown && unknown.levels() != null) {
            return new ActionOutcomeUnknown(
                    unknown.action(),
                    unknown.attempt(),
                    unknown.code(),
                    unknown.cause(),
                    unknown.requests(),
                    unknown.endedAt(),
                    unknown.levels().withoutMessage());
        }
        if (event instanceof PriorRead read) {
            return new PriorRead(
                    read.action(),
                    read.attempt(),
                    read.operation(),
                    read.connectorVersion(),
                    null,
                    read.priorDigest(),
                    read.readAt());
        }
        if (event instanceof CheckPassed passed) {
            return new CheckPassed(passed.action(), passed.rule(), unread(passed.answer()), passed.checkedAt());
        }
        if (event instanceof CheckFailed failed && failed.answer() != null) {
            return new CheckFailed(
                    failed.action(),
                    failed.rule(),
                    failed.code(),
                    unread(failed.answer()),
                    failed.cause(),
                    failed.remedy(),
                    failed.endedAt());
        }
        return event;
    }

    private static Answered unread(Answered answer) {
        return new Answered(answer.system(), answer.operation(), answer.connectorVersion(), answer.digest(), null);
    }
}
