package quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import platform.Given;
import platform.PlatformTest;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;

@PlatformTest
class BudgetsAtStartTest {

    private final Given given;
    private final DataSource everyTenant;
    private final TenantCommands commands;
    private final Clock clock;

    @Autowired
    BudgetsAtStartTest(
            Given given, @Qualifier("systemDataSource") DataSource everyTenant, TenantCommands commands, Clock clock) {
        this.given = given;
        this.everyTenant = everyTenant;
        this.commands = commands;
        this.clock = clock;
    }

    /** Sends on, and writes down for whom. */
    private final class Heard implements TenantCommands {

        private final List<TenantId> sweeping = new ArrayList<>();

        @Override
        public <R> CompletableFuture<R> send(TenantContext context, Object command) {
            return commands.send(context, command);
        }

        @Override
        public <R> R ask(TenantContext context, Object command) {
            sweeping.add(context.tenant());
            return commands.ask(context, command);
        }
    }

    @Test
    void a_tenant_that_reserved_before_the_start_is_swept_though_it_never_reserves_again() {
        Given.Customer customer = given.customer();
        Given.Customer without = given.customer();
        customer.admin()
                .put("/v1/quotas/settings", "{\"time_zone\":\"Europe/Berlin\",\"thresholds\":[80]}")
                .expect(200);
        var heard = new Heard();
        var lifetimes =
                new Lifetimes(heard, new QuotaSettings(Duration.ofMinutes(1)), clock, new SimpleMeterRegistry());

        new BudgetsAtStart(everyTenant, lifetimes).start();
        int given = lifetimes.sweep();

        assertThat(given).isZero();
        assertThat(heard.sweeping)
                .contains(new TenantId(customer.tenant()))
                .doesNotContain(new TenantId(without.tenant()));
    }
}
