package platform;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tenancy.Refusal;

/** Where the servlet container sends what failed outside of Spring MVC: the answer is a problem document all the same. */
@RestController
class ErrorsEndpoint implements ErrorController {

    @RequestMapping("${server.error.path:/error}")
    ResponseEntity<ProblemDetail> answer(HttpServletRequest request) {
        return problem(request).answer(request);
    }

    private static Problem problem(HttpServletRequest request) {
        for (Object thrown = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION);
                thrown instanceof Throwable cause;
                thrown = cause.getCause()) {
            if (cause instanceof Refusal refusal) {
                return Problem.of(refusal);
            }
        }
        int code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer status ? status : 404;
        HttpStatus status = HttpStatus.resolve(code);
        if (status == null || status.is5xxServerError()) {
            return Problem.of(
                    HttpStatus.INTERNAL_SERVER_ERROR,
                    "internal_error",
                    "This is the platform's fault. Name the request id to whoever runs it.");
        }
        return switch (status) {
            case UNAUTHORIZED -> Problem.of(status, "invalid_credential", "A valid credential is needed.");
            case FORBIDDEN -> Problem.of(status, "role_required", "The credential's role may not do this.");
            case NOT_FOUND -> Problem.of(status, "no_such_route", "There is nothing at this address.");
            default -> Problem.of(status, Problem.INVALID, "The request cannot be used as it is.");
        };
    }
}
