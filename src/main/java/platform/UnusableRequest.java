package platform;

import static java.util.stream.Collectors.joining;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.util.MimeType;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MissingRequestHeaderException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import tenancy.Refusal;

/** A request that Spring MVC could not bring to an endpoint. */
final class UnusableRequest {

    private UnusableRequest() {}

    /** Empty if the fault is not the request's. */
    static Optional<Problem> problem(Exception thrown) {
        return Optional.ofNullable(
                switch (thrown) {
                    case HttpMessageNotReadableException unreadable -> UnreadableBody.problem(unreadable);
                    case MissingServletRequestParameterException missing ->
                        Problem.invalid("/" + missing.getParameterName(), "required", "must be there");
                    case MissingRequestHeaderException missing ->
                        Problem.invalid("/" + missing.getHeaderName(), "required", "must be sent as a header");
                    case MethodArgumentTypeMismatchException mismatch -> parameter(mismatch);
                    case HttpRequestMethodNotSupportedException method -> method(method);
                    case HttpMediaTypeNotSupportedException type ->
                        Problem.of(
                                        HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                                        "unsupported_media_type",
                                        "Bodies are sent as application/json.")
                                .with(Map.of("Accept", joined(type)));
                    case HttpMediaTypeNotAcceptableException _ ->
                        Problem.of(
                                HttpStatus.NOT_ACCEPTABLE,
                                "not_acceptable",
                                "The answer cannot be given in a media type that the Accept header names.");
                    case NoResourceFoundException _ -> noRoute();
                    case NoHandlerFoundException _ -> noRoute();
                    case ErrorResponse other
                    when other.getStatusCode().is4xxClientError() ->
                        Problem.of(other.getStatusCode(), Problem.INVALID, "The request cannot be used as it is.");
                    default -> null;
                });
    }

    private static Problem noRoute() {
        return Problem.of(HttpStatus.NOT_FOUND, "no_such_route", "There is nothing at this address.");
    }

    /** An id in the path or query whose own constructor refused it says why itself. */
    private static Problem parameter(MethodArgumentTypeMismatchException mismatch) {
        for (@Nullable Throwable cause = mismatch; cause != null; cause = cause.getCause()) {
            if (cause instanceof Refusal refusal) {
                return Problem.of(refusal);
            }
        }
        return Problem.invalid("/" + mismatch.getName(), "wrong_type", "is not of the expected type");
    }

    private static Problem method(HttpRequestMethodNotSupportedException thrown) {
        String[] supported = thrown.getSupportedMethods();
        String allowed = supported == null ? "" : String.join(", ", supported);
        return Problem.of(HttpStatus.METHOD_NOT_ALLOWED, "method_not_allowed", "This address takes " + allowed + ".")
                .with(Map.of("Allow", allowed));
    }

    private static String joined(HttpMediaTypeNotSupportedException type) {
        String supported = type.getSupportedMediaTypes().stream()
                .map(MimeType::toString)
                .distinct()
                .collect(joining(", "));
        return supported.isEmpty() ? "application/json" : supported;
    }
}
