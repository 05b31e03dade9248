package execution.gateway;

import execution.gateway.Exchange.Answered;
import execution.gateway.Exchange.NotSent;
import execution.gateway.Exchange.Unanswered;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;
import tenancy.Effect;
import tenancy.Refusal;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What one exchange tells about the effect. "Not done" is a promise that the target did nothing, so it is only said
 * where the target or the network proves it; whatever leaves room for doubt is "maybe".
 *
 * <ul>
 *   <li>4xx: the target took the request and refused it. Not done.
 *   <li>501, 505, 307, 308: by their definition (RFC 9110) nothing was carried out. Not done.
 *   <li>503: not done if it says when to come back ({@code Retry-After}), because then it is the target that speaks.
 *       Without it, maybe: proxies answer 503 when they lose a connection after they have passed the request on.
 *   <li>Other 5xx: maybe. Targets fail halfway, and gateways time out on work that goes on.
 *   <li>301, 302, 303 to anything but GET and HEAD: maybe. "Done, look there" is what they usually mean.
 *   <li>No whole answer after the first byte was sent, an answer that is too long, or a 2xx answer that is not what the
 *       schema describes: maybe.
 * </ul>
 *
 * An answer in which the tool itself says that it failed is {@link ToolError}'s to judge.
 *
 * <p>A read has no effect that could be in doubt: its "maybe" is "not done".
 *
 * @param status of the answer, if there was one
 * @param result the answer as JSON; only if done
 * @param cause why not done, or in doubt; absent if done
 * @param again whether trying again could help
 * @param notBefore when the target wants to be asked again
 * @param tool what the tool itself said; absent if it did not speak
 * @param message its own words about its error
 */
record Judgement(
        Effected effected,
        @Nullable Integer status,
        String code,
        String result,
        @Nullable Cause cause,
        boolean again,
        @Nullable Instant notBefore,
        Health health,
        Levels.@Nullable Tool tool,
        @Nullable String message) {

    /** Nobody knows what the tool said. */
    Judgement(
            Effected effected,
            @Nullable Integer status,
            String code,
            String result,
            @Nullable Cause cause,
            boolean again,
            @Nullable Instant notBefore,
            Health health) {
        this(effected, status, code, result, cause, again, notBefore, health, null, null);
    }

    enum Effected {
        DONE,
        NOT_DONE,
        MAYBE
    }

    /** What the exchange tells about the target's health, for the circuit breaker. */
    enum Health {
        GOOD,
        BAD,
        UNKNOWN
    }

    /** The same, of a tool that said this. */
    Judgement says(Levels.Tool said, @Nullable String words) {
        return new Judgement(effected, status, code, result, cause, again, notBefore, health, said, words);
    }

    static Judgement of(Exchange exchange, HttpOperation operation, Clock clock) {
        return switch (exchange) {
            case Answered answered -> of(answered, operation, clock);
            case NotSent unsent -> notSent(unsent.reason(), operation);
            case Unanswered unanswered -> {
                String code = unanswered.timedOut() ? "read_timeout" : "connection_lost";
                String words = unanswered.timedOut()
                        ? "gave no whole answer within " + longest(operation)
                        : "closed the connection before its answer was complete";
                yield doubtful(null, code, words, operation, null);
            }
        };
    }

    private static String longest(HttpOperation operation) {
        StreamRule streams = operation.described().streams();
        return streams == null
                ? operation.target().readTimeout().toString()
                : "%s, or paused for longer than %s".formatted(streams.time(), streams.idle());
    }

    private static Judgement of(Answered answered, HttpOperation operation, Clock clock) {
        int status = answered.status();
        String words = "answered " + status;
        Instant back = retryAfter(answered.retryAfter(), clock);
        if (status / 100 == 2) {
            return result(answered, operation);
        }
        if (status == 429) {
            return notDone(status, "target_throttled", words, operation, true, back, Health.UNKNOWN);
        }
        if (status / 100 == 4) {
            return notDone(
                    status, "target_refused", words, operation, status == 408 || status == 425, back, Health.GOOD);
        }
        if (status / 100 == 3) {
            return status == 307 || status == 308 || operation.effect() == Effect.READ
                    ? notDone(status, "redirect_refused", words, operation, false, null, Health.GOOD)
                    : maybe(status, "redirect_refused", words, operation, false, Health.GOOD, null);
        }
        if (status == 503 && back != null) {
            return notDone(status, "target_unavailable", words, operation, true, back, Health.BAD);
        }
        if (status == 501 || status == 505) {
            return notDone(status, "target_failed", words, operation, false, null, Health.BAD);
        }
        return doubtful(status, status == 503 ? "target_unavailable" : "target_failed", words, operation, back);
    }

    private static Judgement result(Answered answered, HttpOperation operation) {
        byte[] body = answered.body();
        if (body == null) {
            int most = operation.target().maxResponseBytes();
            StreamRule streams = operation.described().streams();
            return maybe(
                            answered.status(),
                            "response_too_large",
                            "answered with more than %d bytes%s"
                                    .formatted(
                                            most, streams == null ? "" : " or %d events".formatted(streams.events())),
                            operation,
                            false,
                            Health.GOOD,
                            null)
                    .says(Levels.Tool.UNREADABLE, null);
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            JsonNode result = json(text, answered.contentType());
            ToolError error = operation.described().promises().toolError();
            if (error != null && error.isIn(result)) {
                return error.judged(answered.status(), result, operation);
            }
            if (operation
                    .described()
                    .resultSchema()
                    .check(operation.tenant(), result, "/result")
                    .isEmpty()) {
                return new Judgement(
                        Effected.DONE,
                        answered.status(),
                        "succeeded",
                        result.isContainer() ? text : result.toString(),
                        null,
                        false,
                        null,
                        Health.GOOD,
                        Levels.Tool.OK,
                        null);
            }
        } catch (CharacterCodingException | Refusal notJson) {
            // told below
        }
        return unreadable(answered.status(), operation);
    }

    /** It was answered, in a form that tells nothing. */
    static Judgement unreadable(int status, HttpOperation operation) {
        return maybe(
                        status,
                        "result_invalid",
                        "answered with what its schema does not describe",
                        operation,
                        false,
                        Health.GOOD,
                        null)
                .says(Levels.Tool.UNREADABLE, null);
    }

    /** Text that does not call itself JSON is a JSON string, so that pages can be fetched; nothing is null. */
    private static JsonNode json(String text, @Nullable String contentType) {
        String type = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
        if (text.isEmpty()) {
            return JsonNodeFactory.instance.nullNode();
        }
        return type.startsWith("text/")
                ? JsonNodeFactory.instance.stringNode(text)
                : CanonicalJson.read(text, "/result");
    }

    private static Judgement notSent(NotSent.Reason reason, HttpOperation operation) {
        String code = reason.name().toLowerCase(Locale.ROOT);
        return switch (reason) {
            case DESTINATION_BLOCKED ->
                new Judgement(
                        Effected.NOT_DONE,
                        null,
                        code,
                        "",
                        new Cause(
                                Cause.Owner.POLICY,
                                "target",
                                null,
                                null,
                                null,
                                null,
                                "destination_guard",
                                null,
                                operation.system() + " leads to an address that may not be called"),
                        false,
                        null,
                        Health.UNKNOWN);
            case GATEWAY_SATURATED ->
                new Judgement(
                        Effected.NOT_DONE,
                        null,
                        code,
                        "",
                        new Cause(
                                Cause.Owner.PLATFORM,
                                "capacity",
                                "gateway_connections",
                                null,
                                null,
                                null,
                                null,
                                null,
                                "no connection to %s was free in time".formatted(operation.system())),
                        true,
                        null,
                        Health.UNKNOWN);
            case PROXY_REFUSED ->
                new Judgement(
                        Effected.NOT_DONE,
                        null,
                        code,
                        "",
                        new Cause(
                                Cause.Owner.PLATFORM,
                                "capacity",
                                "gateway_proxy",
                                null,
                                null,
                                null,
                                null,
                                null,
                                "the platform's proxy let no call through to " + operation.system()),
                        true,
                        null,
                        Health.UNKNOWN);
            case CREDENTIAL_REVOKED ->
                notDone(
                        null,
                        code,
                        "was not called: the credential was revoked",
                        operation,
                        false,
                        null,
                        Health.UNKNOWN);
            case UNRESOLVED_HOST ->
                notDone(
                        null,
                        code,
                        "has a host name that leads nowhere, or not in time",
                        operation,
                        true,
                        null,
                        Health.BAD);
            case CONNECT_FAILED ->
                notDone(null, code, "did not take the connection", operation, true, null, Health.BAD);
            case TLS_FAILED ->
                notDone(null, code, "could not prove who it is over TLS", operation, false, null, Health.BAD);
        };
    }

    private static Judgement doubtful(
            @Nullable Integer status, String code, String words, HttpOperation operation, @Nullable Instant back) {
        return maybe(status, code, words, operation, true, Health.BAD, back);
    }

    static Judgement maybe(
            @Nullable Integer status,
            String code,
            String words,
            HttpOperation operation,
            boolean again,
            Health health,
            @Nullable Instant back) {
        Effected effected = operation.effect() == Effect.READ ? Effected.NOT_DONE : Effected.MAYBE;
        return new Judgement(effected, status, code, "", provider(words, operation, back), again, back, health);
    }

    static Judgement notDone(
            @Nullable Integer status,
            String code,
            String words,
            HttpOperation operation,
            boolean again,
            @Nullable Instant back,
            Health health) {
        return new Judgement(
                Effected.NOT_DONE, status, code, "", provider(words, operation, back), again, back, health);
    }

    private static Cause provider(String words, HttpOperation operation, @Nullable Instant back) {
        return Cause.provider(operation.system() + " " + words, back).of("system:" + operation.system());
    }

    private static @Nullable Instant retryAfter(@Nullable String header, Clock clock) {
        if (header == null) {
            return null;
        }
        String value = header.strip();
        try {
            return value.matches("\\d{1,9}")
                    ? clock.instant().plusSeconds(Long.parseLong(value))
                    : ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant();
        } catch (DateTimeException notATime) {
            return null;
        }
    }
}
