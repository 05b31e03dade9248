package execution.gateway;

import execution.gateway.Exchange.Answered;
import execution.gateway.Exchange.NotSent;
import execution.gateway.Exchange.Unanswered;
import io.modelcontextprotocol.spec.HttpHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;
import tenancy.TenantId;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sends one HTTP/1.1 request over a connection to an address that was checked, and reads no more of the answer than was
 * asked for. Does nothing by itself: no redirects, retries, cookies, compression or proxies of the environment.
 *
 * <p>Connections are kept, but never shared by tenants: what one tenant's target leaves on a connection reaches nobody
 * else, and a connection that one connector may have to a private address is no way around the guard for another.
 */
@Component
class TargetClient implements DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(TargetClient.class);
    private static final int LONGEST_LINE = 8_192;
    private static final int MOST_HEADERS = 100;
    private static final String EVENT_STREAM = "text/event-stream";

    private final DestinationGuard guard;
    private final CloseableHttpClient client;

    /** Ends what takes too long as a whole: a socket's timeout only bounds the pause between two bytes. */
    private final ScheduledThreadPoolExecutor watchdog;

    TargetClient(DestinationGuard guard, GatewaySettings settings, WayOut way) {
        this.guard = guard;
        this.watchdog = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("gateway-watchdog").daemon().factory());
        watchdog.setRemoveOnCancelPolicy(true);
        this.client = HttpClients.custom()
                .setConnectionManager(new Connections(way)
                        .setDnsResolver(new CheckedAddresses())
                        .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                                .http1Config(Http1Config.custom()
                                        .setMaxLineLength(LONGEST_LINE)
                                        .setMaxHeaderCount(MOST_HEADERS)
                                        .build())
                                .build())
                        .setMaxConnTotal(settings.maxConnections())
                        .setMaxConnPerRoute(settings.maxConnections())
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setTimeToLive(timeout(settings.connectionLifetime()))
                                .setIdleTimeout(timeout(settings.idleTimeout()))
                                // A connection that the target closed meanwhile would leave a write's outcome unknown.
                                .setValidateAfterInactivity(TimeValue.ofMilliseconds(200))
                                .build())
                        .build())
                .addExecInterceptorBefore(ChainElement.MAIN_TRANSPORT.name(), "sent", (request, scope, chain) -> {
                    CallContext call = (CallContext) scope.clientContext;
                    // The connection is there and nothing was written to it: later it could not be held back.
                    if (!call.carried.leaves()) {
                        throw new Withheld();
                    }
                    call.sent = true;
                    return chain.proceed(request, scope);
                })
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .setUserAgent("Firebreak")
                .evictExpiredConnections()
                .build();
    }

    /** Sends a request that carries no credential. */
    Exchange send(
            TenantId owner,
            TargetSystem target,
            String method,
            URI uri,
            Map<String, String> headers,
            @Nullable String body,
            Duration timeout) {
        return send(owner, target, method, uri, headers, body, timeout, Carried.nothing());
    }

    /**
     * Sends a request and waits for the whole answer. What it carries is in no log and no exchange.
     *
     * @param owner whose connection is used
     * @param timeout from connected to the whole answer
     */
    Exchange send(
            TenantId owner,
            TargetSystem target,
            String method,
            URI uri,
            Map<String, String> headers,
            @Nullable String body,
            Duration timeout,
            Carried carried) {
        return send(owner, target, method, uri, headers, body, timeout, carried, null);
    }

    /**
     * How an answer that is an event stream is taken; see {@link #send}.
     *
     * @param last whether nothing is waited for after this event
     */
    record Streaming(StreamRule rule, Consumer<ToolEvent> passes, Predicate<ToolEvent> last) {

        /** Up to the end of the stream. */
        Streaming(StreamRule rule, Consumer<ToolEvent> passes) {
            this(rule, passes, event -> false);
        }
    }

    /**
     * The same, and if the answer is an event stream, its events are passed on as they come; its body is then all of
     * them, as JSON.
     *
     * @param streaming absent where an event stream is text like any other
     */
    Exchange send(
            TenantId owner,
            TargetSystem target,
            String method,
            URI uri,
            Map<String, String> headers,
            @Nullable String body,
            Duration timeout,
            Carried carried,
            @Nullable Streaming streaming) {
        Duration pause = streaming != null && streaming.rule().idle().compareTo(timeout) < 0
                ? streaming.rule().idle()
                : timeout;
        HttpUriRequestBase request = request(target, method, uri, headers, body, pause);
        carried.headers().forEach(request::setHeader);
        CallContext context = new CallContext(owner, target.host(), target.mayBePrivate(), carried);
        ClientIdentity identity = carried.identity();
        context.setUserToken(
                new Partition(owner, target.mayBePrivate(), identity == null ? null : identity.partition()));
        long nanos = target.connectTimeout().plus(timeout).toNanos();
        Future<?> alarm = watchdog.schedule(
                () -> {
                    context.late = true;
                    request.cancel();
                },
                nanos,
                TimeUnit.NANOSECONDS);
        try {
            carried.on(request);
            return context.exchange(() -> {
                ClassicHttpResponse response = client.executeOpen(null, request, context);
                try {
                    Answered answer = answer(response, request, target.maxResponseBytes(), streaming);
                    carried.answered();
                    return answer;
                } finally {
                    closed(response);
                }
            });
        } catch (IOException failure) {
            return explained(failure, context);
        } catch (IllegalStateException ended) {
            // The client's own words for a request that was cancelled between its connection and its first byte.
            if (!request.isCancelled()) {
                throw ended;
            }
            return explained(new IOException(ended), context);
        } finally {
            alarm.cancel(false);
        }
    }

    @SuppressWarnings("deprecation") // the connect timeout is the connector's, not the route's
    private static HttpUriRequestBase request(
            TargetSystem target,
            String method,
            URI uri,
            Map<String, String> headers,
            @Nullable String body,
            Duration timeout) {
        HttpUriRequestBase request = new HttpUriRequestBase(method, uri);
        request.setConfig(RequestConfig.custom()
                .setConnectionRequestTimeout(timeout(target.connectTimeout()))
                .setConnectTimeout(timeout(target.connectTimeout()))
                .setResponseTimeout(timeout(timeout))
                .setProtocolUpgradeEnabled(false)
                .setAuthenticationEnabled(false)
                .build());
        headers.forEach(request::setHeader);
        if (body != null) {
            request.setEntity(new ByteArrayEntity(body.getBytes(StandardCharsets.UTF_8), ContentType.APPLICATION_JSON));
        }
        return request;
    }

    /** What was read counts; that the rest could not be, after the connection was ended, does not. */
    private static void closed(ClassicHttpResponse response) {
        try {
            response.close();
        } catch (IOException alreadyGone) {
            LOG.trace("Closing an ended connection", alreadyGone);
        }
    }

    private static Answered answer(
            ClassicHttpResponse response, HttpUriRequestBase request, int most, @Nullable Streaming streaming)
            throws IOException {
        String type = header(response, "Content-Type");
        HttpEntity entity = response.getEntity();
        boolean isStream = entity != null
                && response.getCode() / 100 == 2
                && type != null
                && type.toLowerCase(Locale.ROOT).startsWith(EVENT_STREAM);
        boolean streams = isStream && streaming != null;
        byte[] body =
                isStream && streaming != null && entity != null ? events(entity, most, streaming) : body(entity, most);
        if (body == null) {
            // The rest is not read: the connection ends here.
            request.cancel();
        }
        return new Answered(
                response.getCode(),
                streams ? ContentType.APPLICATION_JSON.toString() : type,
                header(response, "Location"),
                header(response, "Retry-After"),
                body,
                header(response, HttpHeaders.MCP_SESSION_ID));
    }

    /** Not closed: that would read what is left of it. */
    private static byte @Nullable [] events(HttpEntity entity, int most, Streaming streaming) throws IOException {
        Optional<List<ToolEvent>> events = new EventStreamReader(
                        entity.getContent(), most, streaming.rule().events())
                .all(streaming.passes(), streaming.last());
        if (events.isEmpty()) {
            return null;
        }
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (ToolEvent event : events.get()) {
            ObjectNode one = all.addObject().put("event", event.type()).put("data", event.data());
            if (event.id() != null) {
                one.put("id", event.id());
            }
        }
        byte[] body = all.toString().getBytes(StandardCharsets.UTF_8);
        return body.length > most ? null : body;
    }

    private static byte @Nullable [] body(@Nullable HttpEntity entity, int most) throws IOException {
        if (entity == null) {
            return new byte[0];
        }
        if (entity.getContentLength() > most) {
            return null;
        }
        try (InputStream content = entity.getContent()) {
            byte[] body = content.readNBytes(most + 1);
            return body.length > most ? null : body;
        }
    }

    private static @Nullable String header(ClassicHttpResponse response, String name) {
        Header header = response.getFirstHeader(name);
        return header == null ? null : header.getValue();
    }

    private static Exchange explained(IOException failure, CallContext context) {
        if (context.sent) {
            return new Unanswered(context.late || failure instanceof java.net.SocketTimeoutException);
        }
        return new NotSent(
                switch (failure) {
                    case Withheld withheld -> NotSent.Reason.CREDENTIAL_REVOKED;
                    case DestinationGuard.Blocked blocked -> NotSent.Reason.DESTINATION_BLOCKED;
                    case UnknownHostException unknown -> NotSent.Reason.UNRESOLVED_HOST;
                    case TunnelSocket.Refused refused -> NotSent.Reason.PROXY_REFUSED;
                    case ConnectionRequestTimeoutException full -> NotSent.Reason.GATEWAY_SATURATED;
                    case SSLException tls -> NotSent.Reason.TLS_FAILED;
                    default -> NotSent.Reason.CONNECT_FAILED;
                });
    }

    private static Timeout timeout(Duration duration) {
        return Timeout.of(duration);
    }

    @Override
    public void destroy() throws IOException {
        watchdog.shutdownNow();
        client.close();
    }

    /** Connections are made the way that is configured; the address they are made to is looked up by none of it. */
    private static final class Connections extends PoolingHttpClientConnectionManagerBuilder {

        private final WayOut way;

        Connections(WayOut way) {
            this.way = way;
        }

        @Override
        protected HttpClientConnectionOperator createConnectionOperator(
                SchemePortResolver ports, DnsResolver resolver, @Nullable TlsSocketStrategy unused) {
            return new DefaultHttpClientConnectionOperator(
                    none -> way.socket(CallContext.CURRENT.get().host),
                    ports,
                    resolver,
                    RegistryBuilder.<TlsSocketStrategy>create()
                            .register(
                                    "https",
                                    new HandshakeIdentities(
                                            () -> CallContext.CURRENT
                                                    .get()
                                                    .carried
                                                    .identity(),
                                            way.trust()))
                            .build());
        }
    }

    /** The credential was taken back before the first byte. */
    private static final class Withheld extends IOException {

        private static final long serialVersionUID = 1;
    }

    /** Connections with the same partition may be used in turn. */
    private record Partition(TenantId tenant, boolean mayBePrivate, ClientIdentity.@Nullable Partition identity) {}

    /** One exchange; the resolver is called on its thread, inside its scope. */
    private static final class CallContext extends HttpClientContext {

        private static final ScopedValue<CallContext> CURRENT = ScopedValue.newInstance();

        private final TenantId owner;
        private final String host;
        private final boolean mayBePrivate;
        private final Carried carried;
        private volatile boolean sent;
        private volatile boolean late;

        CallContext(TenantId owner, String host, boolean mayBePrivate, Carried carried) {
            this.owner = owner;
            this.host = host;
            this.mayBePrivate = mayBePrivate;
            this.carried = carried;
        }

        Exchange exchange(ScopedValue.CallableOp<Exchange, IOException> work) throws IOException {
            return ScopedValue.where(CURRENT, this).call(work);
        }
    }

    /** The client connects to what this returns and looks nothing up by itself. */
    private final class CheckedAddresses implements DnsResolver {

        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            CallContext call = CallContext.CURRENT.get();
            // Whatever leads to another host than the connector's is not what was decided on.
            if (!host.equalsIgnoreCase(call.host)) {
                throw new DestinationGuard.Blocked(host);
            }
            return guard.addresses(call.owner, host, call.mayBePrivate);
        }

        @Override
        public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
            return Arrays.stream(resolve(host))
                    .map(address -> new InetSocketAddress(address, port))
                    .toList();
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }
}
