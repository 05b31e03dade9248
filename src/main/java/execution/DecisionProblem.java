package execution;

import execution.gateway.Quarantined;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import tenancy.Cause;

/** A no of policy or quota as it leaves the platform: a problem document (RFC 9457) that names limit, use and reset. */
final class DecisionProblem {

    private DecisionProblem() {}

    static ResponseEntity<ProblemDetail> of(
            ActionState state,
            @Nullable Cause cause,
            @Nullable String remedy,
            String decisionId,
            String path,
            @Nullable String requestId,
            Instant now) {
        return of(state, cause, remedy, decisionId, null, path, requestId, now);
    }

    /**
     * @param decisionId names the decision in the journal
     * @param shadow what a version of the policy that is only tried out would have said
     * @param path what was requested
     */
    static ResponseEntity<ProblemDetail> of(
            ActionState state,
            @Nullable Cause cause,
            @Nullable String remedy,
            String decisionId,
            ActionEvent.Ruling.@Nullable Shadow shadow,
            String path,
            @Nullable String requestId,
            Instant now) {
        HttpStatus status = switch (state) {
            case DENIED -> HttpStatus.FORBIDDEN;
            case FROZEN -> HttpStatus.LOCKED;
            default -> HttpStatus.TOO_MANY_REQUESTS;
        };
        ProblemDetail body = ProblemDetail.forStatusAndDetail(status, words(state, cause));
        String code = code(state, cause);
        body.setType(URI.create("/problems/" + code));
        body.setTitle(title(code));
        body.setInstance(URI.create(path));
        body.setProperty("code", code);
        body.setProperty("state", state.word());
        body.setProperty("cause", cause);
        body.setProperty("retry_at", cause == null ? null : cause.resetsAt());
        body.setProperty("remedy", remedy);
        body.setProperty("decision_id", decisionId);
        if (shadow != null) {
            body.setProperty("shadow", shadow);
        }
        body.setProperty("request_id", requestId);
        var answer = ResponseEntity.status(status).contentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (status == HttpStatus.TOO_MANY_REQUESTS) {
            long seconds = secondsUntil(cause == null ? null : cause.resetsAt(), now);
            answer.header("Retry-After", Long.toString(seconds));
            if (cause != null && cause.limit() != null) {
                long quota = orZero(cause.limitValue());
                RateLimitFields.add(answer::header, cause.limit(), quota, quota - orZero(cause.used()), seconds);
            }
        }
        return answer.body(body);
    }

    /** An operation that is quarantined is denied by nobody's rule: its code says so. */
    private static String code(ActionState state, @Nullable Cause cause) {
        return cause != null && cause.kind().equals(Quarantined.KIND) ? Quarantined.CODE : state.word();
    }

    private static String words(ActionState state, @Nullable Cause cause) {
        if (cause == null) {
            return "The action is %s.".formatted(state.word());
        }
        if (List.of("approval", "registration", "containment", Quarantined.KIND).contains(cause.kind())) {
            return String.valueOf(cause.detail());
        }
        if (cause.rule() != null) {
            return "Rule %s of policy version %d says no: %s"
                    .formatted(cause.rule(), orZero(cause.policyVersion()), cause.detail());
        }
        String until = cause.resetsAt() == null ? "" : " It resets at %s.".formatted(cause.resetsAt());
        String of = cause.scope() == null || cause.scope().equals("tenant") ? "" : " of " + cause.scope();
        return "%s%s: %d of %d used.%s"
                .formatted(cause.limit(), of, orZero(cause.used()), orZero(cause.limitValue()), until);
    }

    private static String title(String code) {
        String words = code.replace('_', ' ');
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    /** At least a second; a limit that does not say when it resets may be free again soon. */
    static long secondsUntil(@Nullable Instant reset, Instant now) {
        return reset == null
                ? 1
                : Math.max(1, Duration.between(now, reset).plusMillis(999).toSeconds());
    }

    private static long orZero(@Nullable Long value) {
        return value == null ? 0 : value;
    }
}
