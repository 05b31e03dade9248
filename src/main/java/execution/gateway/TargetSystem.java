package execution.gateway;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import secrets.HandOut;
import tenancy.Effect;
import tools.jackson.databind.JsonNode;

/**
 * A connector's document, checked and compiled. Immutable; belongs to no tenant, so that tenants that describe a system
 * in the same words share it.
 *
 * @param digest SHA-256 over the canonical document, lower-case hex
 * @param document the canonical document
 * @param base scheme, host, port and path that every operation starts with; the path has no slash at its end
 * @param characters length of the canonical document
 * @param host lower case, without brackets
 * @param privateHosts hosts that may resolve to a loopback or private address
 * @param readTimeout from connected to the whole answer
 * @param totalTimeout all attempts and the pauses between them
 * @param bulkhead most calls of one tenant at a time
 * @param credentials how the operations that need a credential carry it, by name
 */
record TargetSystem(
        String digest,
        JsonNode document,
        int characters,
        URI base,
        String host,
        Set<String> privateHosts,
        Duration connectTimeout,
        Duration readTimeout,
        Duration totalTimeout,
        int maxResponseBytes,
        int bulkhead,
        BreakerRule breaker,
        Map<String, Described> operations,
        Map<String, CredentialShape> credentials) {

    TargetSystem {
        privateHosts = Set.copyOf(privateHosts);
        operations = Map.copyOf(operations);
        credentials = Map.copyOf(credentials);
    }

    /** A system that nobody needs a credential for. */
    TargetSystem(
            String digest,
            JsonNode document,
            int characters,
            URI base,
            String host,
            Set<String> privateHosts,
            Duration connectTimeout,
            Duration readTimeout,
            Duration totalTimeout,
            int maxResponseBytes,
            int bulkhead,
            BreakerRule breaker,
            Map<String, Described> operations) {
        this(
                digest,
                document,
                characters,
                base,
                host,
                privateHosts,
                connectTimeout,
                readTimeout,
                totalTimeout,
                maxResponseBytes,
                bulkhead,
                breaker,
                operations,
                Map.of());
    }

    boolean mayBePrivate() {
        return privateHosts.contains(host);
    }

    /**
     * When to stop calling a system that fails.
     *
     * @param failureRate percent of the window that must have failed
     * @param window calls looked at
     * @param openFor how long nothing is sent then
     * @param trialCalls calls that are let through to see whether the system is back
     */
    record BreakerRule(int failureRate, int window, int minimumCalls, Duration openFor, int trialCalls) {}

    /**
     * One operation, without the tenant and version that make it an {@link Operation}.
     *
     * @param bulkhead most calls of one tenant to it at a time; 0 if only the system's counts
     * @param streams how much of an event stream is taken; absent for an operation that does not stream
     * @param tool what it stands for, where the system is an MCP server
     * @param handOut what a caller is given instead of a call; absent for an operation that calls
     */
    record Described(
            String name,
            RequestShape request,
            Effect effect,
            boolean idempotent,
            @Nullable String idempotencyHeader,
            Price price,
            Recipients recipients,
            String pool,
            int maxAttempts,
            Duration backoff,
            int bulkhead,
            @Nullable StreamRule streams,
            @Nullable McpTool tool,
            BoundedSchema targetSchema,
            BoundedSchema argumentSchema,
            BoundedSchema resultSchema,
            String schemaDigest,
            Promises promises,
            @Nullable HandOut handOut) {}
}
