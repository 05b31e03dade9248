package execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import platform.PlatformTest;
import tenancy.InlineRows;

/** What waits in the queue costs nothing when another action starts or ends. */
@PlatformTest
class DeepQueueTest {

    private static final String FILL = """
        insert into execution.queue_entry (tenant_id, action, pool, system, operation, cost, bulkhead, quota_class,
            context, queued_at)
        select 'deep', n::text, 'shared', 'zendesk', 'ticket.update', 1, 1, 'standard', '{}', now()
        from generate_series(1, 3000) n\
        """;

    private final SingleConnectionDataSource connection;
    private final JdbcTemplate owner;
    private final List<InlineRows> rows;

    @Autowired
    DeepQueueTest(Environment environment, List<InlineRows> rows) {
        connection = new SingleConnectionDataSource(
                environment.getRequiredProperty("spring.datasource.url"),
                environment.getRequiredProperty("spring.datasource.username"),
                environment.getRequiredProperty("spring.datasource.password"),
                true);
        owner = new JdbcTemplate(connection);
        this.rows = rows;
    }

    /** As in production: PostgreSQL last counted when nothing waited, and then a backlog came. */
    @BeforeEach
    void a_backlog_after_a_quiet_time() {
        owner.execute("set plan_cache_mode = force_generic_plan");
        owner.update(FILL);
        owner.update("delete from execution.queue_entry where tenant_id = 'deep'");
        owner.execute("analyze execution.queue_entry");
        owner.update(FILL);
    }

    @AfterEach
    void nothing_waits_any_more() {
        owner.update("delete from execution.queue_entry where tenant_id = 'deep'");
        connection.destroy();
    }

    @ParameterizedTest
    @ValueSource(strings = {"execution_started", "execution_left"})
    void an_action_is_found_by_its_key(String name) {
        InlineRows bean = rows.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        String types =
                String.join(", ", bean.types().stream().map(type -> type + "[]").toList());
        String statement = bean.statement();
        for (int n = 1; n <= bean.types().size(); n++) {
            statement = statement.replaceFirst("\\?", "\\$" + n);
        }
        owner.execute("prepare deep (%s) as %s".formatted(types, statement));

        List<String> plan = owner.query(
                "explain (analyze, timing off) execute deep (%s)"
                        .formatted(String.join(
                                ", ",
                                Stream.concat(
                                                Stream.of("array['deep']", "array['2000']"),
                                                Collections.nCopies(bean.types().size() - 2, "array[now()]").stream())
                                        .toList())),
                (row, number) -> row.getString(1));
        owner.execute("deallocate deep");

        assertThat(plan)
                .anyMatch(line -> line.contains("Index Cond") && line.contains("action"))
                .noneMatch(line -> line.contains("Rows Removed") || line.contains("rows=3000"));
    }
}
