package platform;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.servlet.HandlerMapping;
import tenancy.Attempts;
import tenancy.Caller;
import tenancy.Refusal;

/** Answers every no, ours or Spring's, as one kind of document, and journals it when it is known who asked. */
@RestControllerAdvice
class Problems {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);
    private static final String UNMATCHED = "unmatched";

    private final ObjectProvider<Attempts> attempts;

    Problems(ObjectProvider<Attempts> attempts) {
        this.attempts = attempts;
    }

    @ExceptionHandler(Exception.class)
    @Nullable
    ResponseEntity<ProblemDetail> answer(Exception thrown, HttpServletRequest request, HttpServletResponse response) {
        if (thrown instanceof AsyncRequestNotUsableException || response.isCommitted()) {
            // Nobody is left to answer; the caller went away, or has half of the answer already.
            log.debug("The answer could not be sent", thrown);
            return null;
        }
        Problem problem = problem(thrown);
        CallerInLogs.caller().ifPresent(caller -> journal(caller, problem, request));
        return problem.answer(request);
    }

    private static Problem problem(Exception thrown) {
        return thrown instanceof Refusal refusal
                ? Problem.of(refusal)
                : UnusableRequest.problem(thrown).orElseGet(() -> fault(thrown));
    }

    private static Problem fault(Exception thrown) {
        if (isDatabaseAway(thrown)) {
            log.error(
                    "The database does not answer: {}",
                    NestedExceptionUtils.getMostSpecificCause(thrown).toString());
            return Problem.of(
                            HttpStatus.SERVICE_UNAVAILABLE,
                            "storage_unavailable",
                            "The platform's storage does not answer; nothing was decided.")
                    .with(Map.of("Retry-After", "1"));
        }
        log.error("A request failed", thrown);
        return Problem.of(
                HttpStatus.INTERNAL_SERVER_ERROR,
                "internal_error",
                "This is the platform's fault. Name the request id to whoever runs it.");
    }

    private static boolean isDatabaseAway(Exception thrown) {
        return thrown instanceof DataAccessResourceFailureException
                || thrown instanceof TransientDataAccessResourceException
                || thrown instanceof QueryTimeoutException
                || thrown instanceof CannotCreateTransactionException;
    }

    /** A flood refused for its rate must not reach the journal: those are counted by who refuses them. */
    private void journal(Caller caller, Problem problem, HttpServletRequest request) {
        if (!problem.status().is4xxClientError() || problem.status() == HttpStatus.TOO_MANY_REQUESTS) {
            return;
        }
        var context = caller.context(RequestIds.of(request));
        try {
            attempts.ifAvailable(journal -> journal.refused(
                    context,
                    request.getMethod(),
                    route(request),
                    problem.status().value(),
                    problem.code(),
                    problem.pointer()));
        } catch (RuntimeException failed) {
            log.error("A refusal could not be journaled", failed);
        }
    }

    private static String route(HttpServletRequest request) {
        Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        return pattern == null || pattern.equals("/**") ? UNMATCHED : pattern.toString();
    }
}
