package platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.simple.JdbcClient;

@PlatformTest
class DatabaseTest {

    private final JdbcClient app;
    private final JdbcClient system;
    private final JdbcClient journal;

    @Autowired
    DatabaseTest(
            DataSource app,
            @Qualifier("systemDataSource") DataSource system,
            @Qualifier("journalDataSource") DataSource journal) {
        this.app = JdbcClient.create(app);
        this.system = JdbcClient.create(system);
        this.journal = JdbcClient.create(journal);
    }

    @Test
    void each_pool_logs_in_as_its_own_role_and_none_may_bypass_row_level_security() {
        for (JdbcClient pool : new JdbcClient[] {app, system, journal}) {
            assertThat(pool.sql("select rolsuper or rolbypassrls or rolcreaterole from pg_roles where rolname ="
                                    + " current_user")
                            .query(Boolean.class)
                            .single())
                    .isFalse();
        }
        assertThat(app.sql("select current_user::text").query(String.class).single())
                .isEqualTo("firebreak_app");
        assertThat(system.sql("select current_user::text").query(String.class).single())
                .isEqualTo("firebreak_system");
        assertThat(journal.sql("select current_user::text").query(String.class).single())
                .isEqualTo("firebreak_journal");
    }

    @Test
    void commits_are_durable_and_nothing_may_hold_a_transaction_open() {
        for (String setting : new String[] {"fsync", "full_page_writes", "synchronous_commit"}) {
            assertThat(shown(setting)).as(setting).isEqualTo("on");
        }
        assertThat(shown("statement_timeout")).isEqualTo("10s");
        assertThat(shown("idle_in_transaction_session_timeout")).isEqualTo("10s");
    }

    @Test
    void only_the_writer_appends_events() {
        assertThatThrownBy(() ->
                        app.sql("insert into journal.event default values").update())
                .hasStackTraceContaining("permission denied");
        assertThatThrownBy(() -> journal.sql("delete from journal.event").update())
                .hasStackTraceContaining("permission denied");
    }

    private String shown(String setting) {
        return app.sql("show " + setting).query(String.class).single();
    }
}
