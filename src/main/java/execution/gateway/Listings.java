package execution.gateway;

import execution.gateway.ConnectorCommand.LendForListing;
import java.time.Clock;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.messaging.MetaData;
import org.springframework.stereotype.Component;
import secrets.Leases;
import secrets.Mode;
import tenancy.TenantContext;

/**
 * Lends the credential that a server has to be asked for its tools with: to whoever asks, of no agent's class or zone, so
 * that only grants that are not restricted to agents match; and for reading, whatever the tools do.
 */
@Component
class Listings {

    private static final String NO_AGENT = "";

    private final Leases leases;
    private final Clock clock;

    Listings(Leases leases, Clock clock) {
        this.leases = leases;
        this.clock = clock;
    }

    @CommandHandler
    Leases.Answer handle(LendForListing lend, MetaData metaData) {
        Object principal = metaData.get(TenantContext.PRINCIPAL);
        return leases.lease(new Leases.Request(
                lend.listing(),
                TenantContext.of(lend.listing().tenant(), String.valueOf(principal), null),
                NO_AGENT,
                NO_AGENT,
                lend.system(),
                ToolServers.LISTING,
                lend.destination(),
                lend.origin(),
                Mode.READ,
                false,
                clock.instant()));
    }
}
