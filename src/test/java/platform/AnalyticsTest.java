package platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import platform.TestTenants.TestTenant;
import tenancy.Role;

/** What an analyst's own login to the database shows, and that nothing leads from there to another tenant. */
@PlatformTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnalyticsTest {

    private static final String PASSWORD = "only-in-this-test";
    private static final List<String> SCHEMAS = List.of("analytics", "analytics_fleet");

    @Autowired
    ApplicationContext context;

    @Autowired
    Environment environment;

    private TestTenants tenants;
    private SandboxServer sandbox;
    private TestTenant acme;
    private TestTenant globex;
    private JdbcTemplate owner;
    private JdbcTemplate analyst;
    private JdbcTemplate fleet;

    @BeforeAll
    void twoTenantsAndTheirAnalysts() {
        tenants = TestTenants.of(context);
        sandbox = SandboxServer.start(0);
        owner = new JdbcTemplate(login(
                environment.getRequiredProperty("spring.datasource.username"),
                environment.getRequiredProperty("spring.datasource.password")));
        acme = busy("analysed_acme");
        globex = busy("analysed_globex");
        String suffix = environment.getRequiredProperty("local.server.port");
        analyst = admitted("acme_reports_" + suffix, acme.id());
        fleet = admitted("fleet_reports_" + suffix, "fleet");
    }

    @AfterAll
    void stop() {
        String suffix = environment.getRequiredProperty("local.server.port");
        for (String login : List.of("acme_reports_" + suffix, "fleet_reports_" + suffix)) {
            owner.update("call analytics.dismiss(?::text::name)", login);
            owner.execute("drop role " + login);
        }
        sandbox.close();
        tenants.close();
    }

    private TestTenant busy(String id) {
        TestTenant tenant = tenants.register(id);
        tenants.connector(tenant.id(), "zendesk", URI.create(sandbox.url()));
        for (int i = 0; i < 3; i++) {
            tenants.api()
                    .post(
                            tenant.key(Role.AGENT),
                            "/v1/actions?wait=PT10S",
                            tenants.envelope(tenant.id(), "wr_" + id, "zd_" + i))
                    .orThrow();
        }
        return tenant;
    }

    private DriverManagerDataSource login(String user, String password) {
        return new DriverManagerDataSource(environment.getRequiredProperty("spring.datasource.url"), user, password);
    }

    private JdbcTemplate admitted(String login, String tenant) {
        owner.execute("create role %s login password '%s'".formatted(login, PASSWORD));
        owner.update("call analytics.admit(?::text::name, ?)", login, tenant);
        return new JdbcTemplate(login(login, PASSWORD));
    }

    private List<@Nullable String> views(String schema) {
        return owner.queryForList(
                "select table_name::text from information_schema.views where table_schema = ? order by 1",
                String.class,
                schema);
    }

    @Test
    void a_tenants_login_sees_its_tenants_rows_in_every_view_and_no_others() {
        assertThat(views("analytics")).hasSizeGreaterThan(8).isEqualTo(views("analytics_fleet"));
        for (@Nullable String view : views("analytics")) {
            assertThat(analyst.queryForList("select distinct tenant_id from analytics." + view, String.class))
                    .as(view)
                    .isSubsetOf(acme.id());
        }
        for (String view :
                List.of("actions", "runs", "decisions", "spend", "policies", "agents", "tenants", "events")) {
            assertThat(analyst.queryForObject("select count(*) from " + view, Long.class))
                    .as(view)
                    .isPositive();
        }
        assertThat(analyst.queryForObject(
                        "select count(*) from actions where state = 'succeeded' and run_id <> 'wr_after'", Long.class))
                .isEqualTo(3);
        assertThat(analyst.queryForObject("select sum(tool_calls) from spend where run_id <> 'wr_after'", Long.class))
                .isEqualTo(3);
        assertThat(analyst.queryForList("select distinct rule from decisions", String.class))
                .containsExactly("all");
    }

    @Test
    void the_fleets_login_sees_all_tenants() {
        assertThat(fleet.queryForList("select distinct tenant_id from actions", String.class))
                .contains(acme.id(), globex.id());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select set_config('app.tenant', '%s', false)",
                "set app.tenant = '%s'",
                "set search_path = execution, journal",
                "set default_transaction_read_only = off",
                "set row_security = off",
            })
    void no_setting_of_a_session_shows_another_tenants_row(String attempt) {
        var session = new SingleConnectionDataSource(
                environment.getRequiredProperty("spring.datasource.url"),
                "acme_reports_" + environment.getRequiredProperty("local.server.port"),
                PASSWORD,
                true);
        var jdbc = new JdbcTemplate(session);
        try {
            jdbc.execute(attempt.formatted(globex.id()));

            List<@Nullable String> seen = new ArrayList<>();
            try {
                seen = jdbc.queryForList("select distinct tenant_id from analytics.events", String.class);
            } catch (DataAccessException refused) {
                assertThat(attempt).contains("row_security");
            }
            assertThat(seen).isSubsetOf(acme.id());
        } finally {
            session.destroy();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set role firebreak_analytics",
                "set role firebreak_app",
                "set session authorization firebreak_system",
                "select * from execution.action",
                "select * from journal.event",
                "select * from audit.decision",
                "select * from analytics.login",
                "select * from secrets.sealed_value",
                "select * from analytics_fleet.actions",
                "call analytics.admit('acme_reports', 'analysed_globex')",
                "call journal.drop_shadows()",
                "insert into analytics.agents (tenant_id) values ('analysed_acme')",
                "create table analytics.mine (tenant_id text)",
                "create or replace view analytics.actions as select 1",
            })
    void nothing_else_is_open_to_an_analyst(String attempt) {
        assertThatThrownBy(() -> analyst.execute("begin read write; " + attempt))
                .isInstanceOf(DataAccessException.class)
                .rootCause()
                .hasMessageMatching("(?s).*(permission denied|must be owner|cannot insert).*");
    }

    /** A function of the caller's own would be run on rows before they are filtered, if the view did not stand in the way. */
    @Test
    void an_analysts_own_function_meets_no_row_that_is_not_theirs() {
        List<String> met = analyst.execute((java.sql.Connection connection) -> {
            List<String> told = new ArrayList<>();
            try (var statement = connection.createStatement()) {
                statement.execute("set default_transaction_read_only = off");
                statement.execute("""
                    create function pg_temp.told(tenant text) returns boolean language plpgsql cost 0.0000001 as
                    $$ begin raise notice '%', tenant; return true; end $$\
                    """);
                statement
                        .executeQuery("select * from analytics.actions where pg_temp.told(tenant_id)")
                        .close();
                for (var notice = statement.getWarnings(); notice != null; notice = notice.getNextWarning()) {
                    told.add(notice.getMessage());
                }
            }
            return told;
        });

        assertThat(met).isNotEmpty().containsOnly(acme.id());
    }

    @Test
    void a_login_that_may_do_more_or_is_bound_already_is_not_admitted() {
        String suffix = environment.getRequiredProperty("local.server.port");

        assertThatThrownBy(() ->
                        owner.update("call analytics.admit(?::text::name, ?)", "acme_reports_" + suffix, globex.id()))
                .hasStackTraceContaining("login_sees_one_tenant");
        assertThatThrownBy(() -> owner.update("call analytics.admit('firebreak_app', ?)", globex.id()))
                .hasStackTraceContaining("may do more than an analyst");
        assertThatThrownBy(() -> owner.update("call analytics.admit('nobody_at_all', ?)", globex.id()))
                .hasStackTraceContaining("create it first");
    }

    @Test
    void a_dismissed_login_sees_nothing_any_more() {
        String login = "dismissed_" + environment.getRequiredProperty("local.server.port");
        JdbcTemplate dismissed = admitted(login, globex.id());
        assertThat(dismissed.queryForObject("select count(*) from actions", Long.class))
                .isEqualTo(3);

        owner.update("call analytics.dismiss(?::text::name)", login);

        assertThatThrownBy(() -> dismissed.queryForList("select * from analytics.actions"))
                .hasStackTraceContaining("permission denied");
        owner.execute("drop role " + login);
    }

    @Test
    void views_go_on_after_their_tables_were_rebuilt() {
        Long before = analyst.queryForObject("select count(*) from actions", Long.class);
        tenants.api()
                .post(tenants.operator(), "/v1/projections/actions:rebuild", Map.of())
                .orThrow();
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!tenants.api()
                .get(tenants.operator(), "/v1/projections/actions")
                .body()
                .at("/rebuild/state")
                .asString()
                .equals("done")) {
            assertThat(System.nanoTime()).as("it ends within 30 s").isLessThan(deadline);
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }

        assertThat(analyst.queryForObject("select count(*) from actions", Long.class))
                .isEqualTo(before);
        assertThat(analyst.queryForList("select distinct tenant_id from actions", String.class))
                .containsExactly(acme.id());
        tenants.api()
                .post(acme.key(Role.AGENT), "/v1/actions?wait=PT10S", tenants.envelope(acme.id(), "wr_after", "zd_7"))
                .orThrow();
        assertThat(analyst.queryForObject("select count(*) from actions where run_id = 'wr_after'", Long.class))
                .isEqualTo(1);
    }

    @Test
    void every_column_is_documented_and_every_documented_column_is_there() throws IOException {
        Map<String, List<@Nullable String>> documented = new TreeMap<>();
        for (String section : Files.readString(Path.of("docs/analytics.md")).split("\n### ")) {
            List<@Nullable String> columns = Pattern.compile("(?m)^\\| `([a-z_]+)` \\|")
                    .matcher(section)
                    .results()
                    .<@Nullable String>map((MatchResult found) -> found.group(1))
                    .toList();
            if (!section.startsWith("#") && !columns.isEmpty()) {
                documented.put(section.substring(0, section.indexOf('\n')), columns);
            }
        }
        for (String schema : SCHEMAS) {
            Map<String, List<@Nullable String>> there = new TreeMap<>();
            for (@Nullable String view : views(schema)) {
                there.put(
                        String.valueOf(view),
                        owner.queryForList(
                                "select column_name::text from information_schema.columns"
                                        + " where table_schema = ? and table_name = ? order by ordinal_position",
                                String.class,
                                schema,
                                view));
            }
            assertThat(documented).isEqualTo(there);
        }
    }
}
