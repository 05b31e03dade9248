package tenancy;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A no that a caller may see and can act on. Everything else that is thrown is a bug.
 *
 * <p>The code is stable, {@code snake_case}, and has a line in {@code docs/problems.md}. The message never holds a
 * secret, an argument value or anything of another tenant.
 */
public abstract class Refusal extends RuntimeException {

    /** What kind of no, and with it the HTTP status (RFC 9110) outside. */
    public enum Kind {
        INVALID(400),
        UNAUTHENTICATED(401),
        FORBIDDEN(403),
        NOT_FOUND(404),
        CONFLICT(409),
        PRECONDITION_FAILED(412),
        TOO_LARGE(413),
        UNPROCESSABLE(422),
        LOCKED(423),
        PRECONDITION_REQUIRED(428),
        TOO_MANY(429),
        UNAVAILABLE(503);

        private final int status;

        Kind(int status) {
            this.status = status;
        }

        public int status() {
            return status;
        }
    }

    /** One field that is wrong: JSON pointer (RFC 6901), the rule it breaks, and what to send instead. */
    public record FieldError(String pointer, String rule, String detail) {}

    private final Kind kind;
    private final String code;
    private final List<FieldError> fields;

    protected Refusal(Kind kind, String code, String message) {
        this(kind, code, message, List.of());
    }

    protected Refusal(Kind kind, String code, String message, List<FieldError> fields) {
        // A refusal is an answer, made thousands of times a second under attack: no stack trace.
        super(message, null, false, false);
        this.kind = kind;
        this.code = code;
        this.fields = List.copyOf(fields);
    }

    public Kind kind() {
        return kind;
    }

    public String code() {
        return code;
    }

    public List<FieldError> fields() {
        return fields;
    }

    /** Fields of the HTTP answer beside the problem document, such as {@code Retry-After}. */
    public Map<String, String> headers() {
        return Map.of();
    }

    /** Whose limit it is, how much and until when, where a limit is the reason; the problem's {@code cause}. */
    public @Nullable Cause because() {
        return null;
    }
}
