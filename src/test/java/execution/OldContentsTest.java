package execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import platform.PlatformTest;
import secrets.ContentRetention;

@PlatformTest
class OldContentsTest {

    private static final Clock NOON = Clock.fixed(Instant.parse("2026-11-30T12:00:00Z"), ZoneOffset.UTC);
    private static final List<String> TENANTS = List.of("old_a", "old_b", "old_c");

    private final JdbcTemplate owner;
    private final DataSource everyTenant;
    private final ExecutionSettings settings;
    private final Map<String, LocalDate> destroyed = new TreeMap<>();

    @Autowired
    OldContentsTest(
            Environment environment,
            @Qualifier("systemDataSource") DataSource everyTenant,
            ExecutionSettings settings) {
        this.owner = new JdbcTemplate(new DriverManagerDataSource(
                environment.getRequiredProperty("spring.datasource.url"),
                environment.getRequiredProperty("spring.datasource.username"),
                environment.getRequiredProperty("spring.datasource.password")));
        this.everyTenant = everyTenant;
        this.settings = settings;
    }

    @AfterEach
    void nobodyWantsIt() {
        TENANTS.forEach(tenant -> owner.update("delete from execution.retention where tenant_id = ?", tenant));
    }

    @Test
    void a_tenant_whose_contents_cannot_be_destroyed_keeps_nobody_elses_readable() {
        TENANTS.forEach(tenant ->
                owner.update("insert into execution.retention (tenant_id, payload_days) values (?, 7)", tenant));
        ContentRetention contents = (tenant, last) -> {
            if (tenant.value().equals("old_a")) {
                throw new IllegalStateException("Its lane is full");
            }
            destroyed.put(tenant.value(), last);
            return 1;
        };

        new OldContents(everyTenant, contents, settings, NOON).forget();

        LocalDate last = LocalDate.parse("2026-11-22");
        assertThat(destroyed)
                .containsEntry("old_b", last)
                .containsEntry("old_c", last)
                .doesNotContainKey("old_a");
    }
}
