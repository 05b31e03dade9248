package execution.gateway;

import execution.gateway.Breakers.Breaker;
import execution.gateway.Exchange.Answered;
import execution.gateway.Judgement.Effected;
import execution.gateway.Judgement.Health;
import execution.gateway.RequestShape.Request;
import execution.gateway.RetryBudgets.Budget;
import execution.gateway.TargetClient.Streaming;
import execution.gateway.ToolGateway.Call;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import secrets.LeaseRefused;
import tenancy.Cause;
import tenancy.Estimate;
import tenancy.LongWork;

/** One call on its way: its attempts, the pauses between them, and what they say together. */
final class Delivery {

    private static final int MOST_REDIRECTS = 3;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final HttpOperation operation;
    private final Call call;
    private final CallCredential credential;
    private final Request request;
    private final Map<String, String> headers;
    private final TargetClient client;
    private final @Nullable McpDialogue dialogue;
    private final Breaker breaker;
    private final Budget retries;
    private final @Nullable Streaming streaming;
    private final Clock clock;
    private final long deadline;

    private int sent;

    /** Whether an attempt may have done it although its answer does not say so. No later "no" takes that back. */
    private boolean inDoubt;

    /** Whether it would have been tried again, had the tenant not used up its retries. */
    private boolean spent;

    /** What is known of the attempt that decides: the last one, unless an earlier one left a doubt. */
    private Levels levels = Levels.unsent();

    Delivery(
            HttpOperation operation,
            Call call,
            CallCredential credential,
            Request request,
            Map<String, String> headers,
            TargetClient client,
            @Nullable McpDialogue dialogue,
            Breaker breaker,
            Budget retries,
            @Nullable Streaming streaming,
            Clock clock) {
        this.operation = operation;
        this.call = call;
        this.credential = credential;
        this.request = request;
        this.headers = headers;
        this.client = client;
        this.dialogue = dialogue;
        this.breaker = breaker;
        this.retries = retries;
        this.streaming = streaming;
        this.clock = clock;
        this.deadline = System.nanoTime()
                + (streaming == null
                                ? operation.target().totalTimeout()
                                : streaming.rule().time())
                        .toNanos();
    }

    Outcome outcome() {
        int most = operation.idempotent() ? operation.described().maxAttempts() : 1;
        Judgement last = null;
        retries.called();
        for (int attempt = 1; attempt <= most; attempt++) {
            if (last != null && !retries.again()) {
                spent = true;
                break;
            }
            if (last != null && !pause(attempt - 1, last.notBefore())) {
                break;
            }
            if (!breaker.letsThrough()) {
                return last == null ? circuitOpen() : concluded(last);
            }
            last = attempt();
            if (last.effected() == Effected.DONE || !last.again()) {
                break;
            }
        }
        return concluded(Objects.requireNonNull(last));
    }

    private Judgement attempt() {
        long start = System.nanoTime();
        Judgement judgement = null;
        try {
            judgement = dialogue == null ? exchanged() : spoken(dialogue);
            return judgement;
        } catch (LeaseRefused refused) {
            return credential.refused(refused);
        } finally {
            if (judgement == null || judgement.health() == Health.UNKNOWN) {
                breaker.nothingLearned();
            } else {
                if (judgement.health() == Health.BAD) {
                    breaker.failed(judgement.code());
                }
                breaker.ended(judgement.health() == Health.GOOD, System.nanoTime() - start);
            }
        }
    }

    private Judgement exchanged() {
        try (Carried carried = credential.carried()) {
            Exchange exchange = dialogue == null ? followed(carried) : dialogue.exchange(carried, timeout());
            sent += exchange instanceof Exchange.NotSent ? 0 : 1;
            Judgement judgement = isLong(exchange)
                    ? LongWork.of(operation.tenant(), () -> judged(exchange, carried))
                    : judged(exchange, carried);
            if (!inDoubt || judgement.effected() != Effected.NOT_DONE) {
                levels = Levels.of(exchange, judgement).rpcError(dialogue == null ? null : dialogue.rpcError());
            }
            inDoubt |= judgement.effected() == Effected.MAYBE;
            return judgement;
        }
    }

    private Judgement judged(Exchange exchange, Carried carried) {
        Judgement plain = dialogue == null ? Judgement.of(exchange, operation, clock) : dialogue.judged(exchange);
        return credential.judged(plain, exchange, carried);
    }

    private static boolean isLong(Exchange exchange) {
        return exchange instanceof Answered answered
                && answered.body() != null
                && LongWork.isOver(answered.body().length);
    }

    /** In a session, which is opened first, and once more if the server has forgotten it. */
    private Judgement spoken(McpDialogue with) {
        Judgement closed = with.open(credential, timeout());
        if (closed != null) {
            return closed;
        }
        Judgement judgement = exchanged();
        if (!with.forgotten()) {
            return judgement;
        }
        closed = with.open(credential, timeout());
        return closed == null ? exchanged() : closed;
    }

    private Exchange followed(Carried carried) {
        URI uri = URI.create(operation.target().base() + request.pathAndQuery());
        for (int hop = 0; ; hop++) {
            Exchange exchange = client.send(
                    call.context().tenant(),
                    operation.target(),
                    request.method(),
                    uri,
                    headers,
                    request.body(),
                    timeout(),
                    carried,
                    streaming);
            URI next = exchange instanceof Answered answered && hop < MOST_REDIRECTS ? redirect(uri, answered) : null;
            if (next == null) {
                return exchange;
            }
            uri = next;
        }
    }

    /**
     * Where a redirect leads, if it may be followed: a read, on the host and port that the policy decided on, and never
     * from https to http.
     */
    private @Nullable URI redirect(URI from, Answered answered) {
        String location = answered.location();
        if (!REDIRECTS.contains(answered.status()) || location == null || location.isBlank() || !isRead()) {
            return null;
        }
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException notAUri) {
            return null;
        }
        boolean sameHost =
                to.getHost() != null && to.getHost().equalsIgnoreCase(from.getHost()) && to.getRawUserInfo() == null;
        boolean samePlace = from.getScheme().equalsIgnoreCase(to.getScheme()) && port(from) == port(to);
        boolean upgraded = "http".equals(from.getScheme())
                && "https".equalsIgnoreCase(to.getScheme())
                && port(from) == 80
                && port(to) == 443;
        return sameHost && (samePlace || upgraded) ? withoutFragment(to) : null;
    }

    private boolean isRead() {
        return request.method().equals("GET") || request.method().equals("HEAD");
    }

    private static URI withoutFragment(URI uri) {
        String text = uri.toString();
        int fragment = text.indexOf('#');
        return fragment < 0 ? uri : URI.create(text.substring(0, fragment));
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0
                ? uri.getPort()
                : uri.getScheme().toLowerCase(Locale.ROOT).equals("https") ? 443 : 80;
    }

    private Duration timeout() {
        Duration left = Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
        Duration read = streaming == null
                ? operation.target().readTimeout()
                : streaming.rule().time();
        return left.compareTo(read) < 0 ? left : read;
    }

    /** Waits twice as long each time, somewhere in the upper half of it; false if there is no time for that. */
    private boolean pause(int failed, @Nullable Instant notBefore) {
        long most = operation.described().backoff().toNanos() << (failed - 1);
        long nanos = ThreadLocalRandom.current().nextLong(most / 2, most + 1);
        if (notBefore != null) {
            nanos = Math.max(nanos, Duration.between(clock.instant(), notBefore).toNanos());
        }
        if (nanos >= deadline - System.nanoTime()) {
            return false;
        }
        try {
            Thread.sleep(Duration.ofNanos(nanos));
            return true;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Outcome concluded(Judgement last) {
        if (last.effected() == Effected.DONE) {
            return new Outcome.Succeeded(last.status(), last.result(), sent, actual(last), levels);
        }
        Cause cause = completed(Objects.requireNonNull(last.cause()));
        return inDoubt
                ? new Outcome.Unknown(last.code(), cause, sent, levels)
                : new Outcome.Failed(last.status(), last.code(), cause, sent, levels);
    }

    private @Nullable Estimate actual(Judgement done) {
        Price price = operation.described().price();
        if (price.tokensUsed() == null) {
            return null;
        }
        return LongWork.isOver(done.result().length())
                ? LongWork.of(operation.tenant(), () -> actual(price, done))
                : actual(price, done);
    }

    private @Nullable Estimate actual(Price price, Judgement done) {
        return price.actual(CanonicalJson.read(done.result(), "/result"), call.arguments())
                .orElse(null);
    }

    /** With what only the whole call knows: when the system is called again, and why it was not tried again. */
    private Cause completed(Cause cause) {
        boolean provider = cause.owner() == Cause.Owner.PROVIDER;
        if (!spent && !(provider && cause.resetsAt() == null)) {
            return cause;
        }
        return new Cause(
                cause.owner(),
                cause.kind(),
                spent ? "retry_budget" : cause.limit(),
                spent ? Long.valueOf(retries.used()) : cause.used(),
                spent ? Long.valueOf(retries.most()) : cause.limitValue(),
                provider && cause.resetsAt() == null ? breaker.opensAt() : cause.resetsAt(),
                cause.rule(),
                cause.policyVersion(),
                spent ? cause.detail() + "; not tried again, for the tenant's retries are used up" : cause.detail(),
                cause.scope());
    }

    private Outcome circuitOpen() {
        return new Outcome.Failed(
                null,
                "circuit_open",
                Cause.provider(operation.system() + " failed too often and is not called for now", breaker.opensAt())
                        .of("system:" + operation.system()),
                0);
    }
}
