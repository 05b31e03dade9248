package execution.gateway;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import secrets.Credentials;

/** Parts of the gateway with the settings that it has if nobody says otherwise. */
final class Gateways {

    static final LookUpSettings LOOK_UPS = new LookUpSettings(Duration.ofSeconds(2), 64, 4);

    private Gateways() {}

    static DestinationGuard guard() {
        return guard(InetAddress::getAllByName);
    }

    static DestinationGuard guard(DestinationGuard.Resolver resolver) {
        return new DestinationGuard(resolver, LOOK_UPS);
    }

    static TargetClient client(DestinationGuard guard) {
        return client(guard, new ProxySettings(null, 3128, null, null, List.of()), new TlsSettings(null));
    }

    static TargetClient client(DestinationGuard guard, ProxySettings proxy, TlsSettings tls) {
        return new TargetClient(
                guard,
                new GatewaySettings(1_000, Duration.ofMinutes(5), Duration.ofSeconds(20)),
                new WayOut(proxy, tls));
    }

    /** For calls that need no credential. */
    static Credentials nothingLent() {
        return (lease, purpose, cancel) -> {
            throw new AssertionError("a credential was asked for");
        };
    }

    /** For tools that are what was accepted. */
    static Drift noDrift() {
        return (context, operation, tool) -> {
            throw new AssertionError("a tool is not what was accepted");
        };
    }

    /** For operations that call their system. */
    static HandingOut nothingHandedOut() {
        return new HandingOut((context, lease, purpose, how) -> {
            throw new AssertionError("something was handed out");
        });
    }

    static RetryBudgets retries() {
        return new RetryBudgets(new RetrySettings(10, 10, Duration.ofSeconds(10)));
    }
}
