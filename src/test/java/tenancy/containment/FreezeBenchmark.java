package tenancy.containment;

import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.test.context.TestPropertySource;
import platform.Given;
import platform.PlatformTest;

/** How soon a freeze is answered, by hand. */
@Tag("benchmark")
@PlatformTest
@TestPropertySource(properties = "firebreak.execution.pools.shared.slots=32")
class FreezeBenchmark {

    private final Desk desk;
    private final FreezeRounds rounds;

    @Autowired
    FreezeBenchmark(Given given, @Qualifier("systemDataSource") DataSource everyTenant) {
        // Its receipts are asked for as often as they can be: not held up by the request rate.
        given.operator().put("/v1/quota-classes/" + Desk.QUOTA_CLASS, """
            {"requests_per_second":100000,"burst":100000,"concurrent_runs":1000,"tool_calls_per_day":10000000,"weight":1,
             "max_parallel_actions":16,"queued_actions":100000}\
            """).expect(201);
        this.desk = new Desk(given, 1_000);
        this.rounds = new FreezeRounds(desk, everyTenant);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void answered_in_a_hundred_rounds() throws Exception {
        List<Long> took = rounds.run(100).stream().sorted().toList();
        System.out.printf(
                "freeze answered in us: p50=%d p99=%d worst=%d of %d%n",
                took.get(took.size() / 2), took.get(took.size() * 99 / 100 - 1), took.getLast(), took.size());
    }
}
