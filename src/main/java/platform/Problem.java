package platform;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import tenancy.Cause;
import tenancy.Refusal;
import tenancy.Refusal.FieldError;

/** One no as it leaves the platform: RFC 9457, with a code that has a line in {@code docs/problems.md}. */
record Problem(
        HttpStatusCode status,
        String code,
        String detail,
        List<FieldError> fields,
        Map<String, String> headers,
        @Nullable Cause cause) {

    static final String INVALID = "invalid_request";

    static Problem of(Refusal refusal) {
        return new Problem(
                HttpStatusCode.valueOf(refusal.kind().status()),
                refusal.code(),
                String.valueOf(refusal.getMessage()),
                refusal.fields(),
                refusal.headers(),
                refusal.because());
    }

    static Problem of(HttpStatusCode status, String code, String detail) {
        return new Problem(status, code, detail, List.of(), Map.of(), null);
    }

    static Problem invalid(String pointer, String rule, String detail) {
        String where = pointer.isEmpty() ? "The body " : "Field %s ".formatted(pointer);
        return new Problem(
                HttpStatus.BAD_REQUEST,
                INVALID,
                where + detail + ".",
                List.of(new FieldError(pointer, rule, detail)),
                Map.of(),
                null);
    }

    Problem with(Map<String, String> answerHeaders) {
        return new Problem(status, code, detail, fields, answerHeaders, cause);
    }

    /** The field at fault, if one was. */
    @Nullable
    String pointer() {
        return fields.isEmpty() ? null : fields.getFirst().pointer();
    }

    ResponseEntity<ProblemDetail> answer(HttpServletRequest request) {
        var body = ProblemDetail.forStatusAndDetail(status, detail);
        body.setType(URI.create("/problems/" + code));
        body.setTitle(title());
        body.setInstance(URI.create(request.getRequestURI()));
        body.setProperty("code", code);
        body.setProperty("request_id", RequestIds.of(request));
        if (!fields.isEmpty()) {
            body.setProperty("errors", fields);
        }
        if (cause != null) {
            body.setProperty("cause", cause);
        }
        var answer = ResponseEntity.status(status).contentType(MediaType.APPLICATION_PROBLEM_JSON);
        headers.forEach(answer::header);
        return answer.body(body);
    }

    private String title() {
        String words = code.replace('_', ' ');
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
