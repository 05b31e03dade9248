package execution;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import platform.Given;
import platform.Given.Customer;
import platform.PlatformTest;

/**
 * What it costs a start to be refused after a freeze: whole lives with the fence and with one that looks at nothing, in
 * turn, in one process: {@code mvn test -Dtest=FenceBenchmark -DexcludedGroups=}.
 */
@PlatformTest
@Import(LifeBenchmark.Target.class)
@Tag("benchmark")
class FenceBenchmark {

    private static final String ROOMY = "roomy";
    private static final int CLIENTS = 32;
    private static final int TURNS = 24;
    private static final Duration TURN = Duration.ofSeconds(1);

    private static final String THE_FENCE = "select pg_get_functiondef('tenancy.posture_moved'::regproc)";
    private static final String NO_FENCE = """
        create or replace function tenancy.posture_moved(of_tenant text, known bigint) returns boolean
        language plpgsql volatile as $$ begin return false; end $$\
        """;

    private final Given given;
    private final Actions actions;
    private final Environment environment;

    @Autowired
    FenceBenchmark(Given given, Actions actions, Environment environment) {
        this.given = given;
        this.actions = actions;
        this.environment = environment;
    }

    @Test
    void with_and_without_in_turn() throws Exception {
        given.operator().put("/v1/quota-classes/" + ROOMY, """
            {"requests_per_second":100000,"burst":1000000,"concurrent_runs":1000000,
             "tool_calls_per_day":1000000000,"weight":1,"max_parallel_actions":1000,"queued_actions":1000000}\
            """).expect(201);
        List<String> tenants = new ArrayList<>();
        for (int n = 0; n < 50; n++) {
            tenants.add(customer("fence_" + n));
        }
        for (List<String> some : List.of(tenants.subList(0, 1), tenants)) {
            compare(some);
        }
    }

    private void compare(List<String> tenants) throws Exception {
        try (Connection owner = owner()) {
            String fence = text(owner, THE_FENCE);
            List<Double> with = new ArrayList<>();
            List<Double> without = new ArrayList<>();
            for (int turn = 0; turn < TURNS; turn++) {
                // The first of two is the other one each time: neither always comes after the other.
                boolean fenced = turn % 4 == 0 || turn % 4 == 3;
                try (var statement = owner.createStatement()) {
                    statement.execute(fenced ? fence : NO_FENCE);
                }
                var result = new InProcessLoad(actions, Duration.ofSeconds(10), tenants.size() + "-" + turn)
                        .run(tenants, CLIENTS, TURN);
                (fenced ? with : without).add(result.micros().length / result.seconds());
            }
            System.out.printf(
                    "%d tenants, whole lives a second: %,.0f with the fence, %,.0f without, ratio %.3f (medians of %d turns)%n",
                    tenants.size(), median(with), median(without), median(with) / median(without), TURNS / 2);
            try (var statement = owner.createStatement()) {
                statement.execute(fence);
            }
        }
    }

    private static double median(List<Double> rates) {
        return rates.stream().sorted().toList().get(rates.size() / 2);
    }

    private Connection owner() throws SQLException {
        return DriverManager.getConnection(
                environment.getRequiredProperty("spring.datasource.url"),
                environment.getRequiredProperty("spring.datasource.username"),
                environment.getRequiredProperty("spring.datasource.password"));
    }

    private static String text(Connection owner, String query) throws SQLException {
        try (var statement = owner.createStatement();
                var found = statement.executeQuery(query)) {
            found.next();
            return found.getString(1);
        }
    }

    private String customer(String tenant) {
        Customer customer = given.customer(tenant, ROOMY);
        given.operator()
                .put("/v1/connectors/zendesk?tenant=" + customer.tenant(), """
                    {"base_url":"https://zendesk.test","bulkhead":1000,"operations":{
                       "ticket.update":{"effect":"write","method":"PUT","path":"/tickets/{record_id}",
                         "target_schema":{"type":"object","required":["record_id"],
                                          "properties":{"record_id":{"type":"string"}}},
                         "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}},
                         "idempotency_header":"Idempotency-Key"}}}\
                    """)
                .expect(201);
        customer.admin().put("/v1/policies/" + Given.PROFILE, """
            {"document":{"rules":[{"id":"all","effect":"allow","operations":["*"],"words":"Everything goes."}],
             "destinations":{"allow":["*"]},"data_classes":["internal"]}}\
            """).expect(201);
        return customer.tenant();
    }
}
