package tenancy.credentials;

import java.io.PrintStream;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.Keys;
import tenancy.Role;
import tenancy.TenantContext;
import tenancy.TenantId;

/** Somebody must be able to begin: while no operator's key is in force, a start issues one and shows it once. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class FirstOperator implements ApplicationRunner {

    private final Keys keys;
    private final BooleanSupplier anyInForce;
    private final PrintStream console;

    @Autowired
    FirstOperator(Keys keys, @Qualifier("systemDataSource") DataSource everyTenant) {
        this(keys, () -> anyInForce(new JdbcTemplate(everyTenant)), System.out);
    }

    FirstOperator(Keys keys, BooleanSupplier anyInForce, PrintStream console) {
        this.keys = keys;
        this.anyInForce = anyInForce;
        this.console = console;
    }

    /** Runners run when everything has started, the command bus included. */
    @Override
    public void run(ApplicationArguments arguments) {
        if (!anyInForce.getAsBoolean()) {
            TenantContext fleet = TenantContext.of(TenantId.FLEET, "platform:first_start", null);
            Keys.Issued issued = keys.issue(fleet, Role.OPERATOR, null, "first operator");
            // To the console and never through a logger: a log is kept, and read by many.
            console.printf("%nOperator key, shown this once: %s%n%n", issued.token());
        }
    }

    private static boolean anyInForce(JdbcTemplate everyTenant) {
        return Boolean.TRUE.equals(everyTenant.queryForObject(
                "select exists (select from tenancy.api_key where role = 'operator' and revoked_at is null)",
                Boolean.class));
    }
}
