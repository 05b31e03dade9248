package tenancy.containment;

import static org.assertj.core.api.Assertions.assertThat;
import static tenancy.containment.Desk.until;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import platform.TestClient;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;

/** Freezes and releases one system, again and again, while thirty-two senders go on and part of the slots hang. */
final class FreezeRounds {

    private static final int SENDERS = 32;
    private static final int WAITING = 8;

    /** Between the last freeze and its release. */
    private static final String STARTED_MEANWHILE = """
        with changes as (select tenant_id, tenant_seq, payload_type from journal.event
            where tenant_id = ? and payload_type in ('posture_set', 'posture_released') order by tenant_seq desc limit 2)
        select count(*) from journal.event e
        where e.payload_type = 'action_started' and e.tenant_id = (select min(tenant_id) from changes)
            and e.tenant_seq between (select min(tenant_seq) from changes) and (select max(tenant_seq) from changes)\
        """;

    private final Desk desk;
    private final JdbcTemplate everyTenant;

    FreezeRounds(Desk desk, DataSource everyTenant) {
        this.desk = desk;
        this.everyTenant = new JdbcTemplate(everyTenant);
    }

    /** How long each freeze took until it was answered, in microseconds. */
    List<Long> run(int count) throws Exception {
        List<Long> took = new ArrayList<>();
        var over = new AtomicBoolean();
        var numbers = new AtomicInteger();
        TestClient operator = desk.operator();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> senders = new ArrayList<>();
            for (int sender = 0; sender < SENDERS; sender++) {
                senders.add(threads.submit(() -> {
                    while (!over.get()) {
                        int status = desk.ask("ticket.update", "r" + numbers.incrementAndGet())
                                .status();
                        assertThat(status).isIn(202, 423, 429);
                    }
                }));
            }
            // Part of the slots hang at the target.
            for (int n = 0; n < WAITING; n++) {
                desk.ask("", "other", "ticket.update", "wr_other", "waits_" + n).expect(202);
            }
            until(() -> desk.waiting.get() == WAITING);
            try {
                for (int round = 0; round < count; round++) {
                    int before = desk.arrivals.size();
                    until(() -> desk.arrivals.size() > before + 50);
                    took.add(round(operator));
                }
            } finally {
                over.set(true);
            }
            for (Future<?> sender : senders) {
                sender.get();
            }
        }
        return took;
    }

    private long round(TestClient operator) throws Exception {
        long asked = System.nanoTime();
        Answer frozen = desk.contain(operator, "?tenant=" + desk.tenant(), "connector", "desk", "frozen", "");
        long took = (System.nanoTime() - asked) / 1_000;
        int arrived = desk.arrivals.size();
        frozen.expect(200);
        String id = frozen.at("/receipt/containment_id");

        until(() -> !receipts(id).isEmpty());
        JsonNode receipt = receipts(id).get(0).path("receipt");
        assertThat(receipt.path("state").asString()).isEqualTo("confirmed");
        Set<String> unknown = new HashSet<>();
        receipt.path("reached").forEach(reached -> {
            assertThat(reached.path("fate").asString()).isIn("held", "cancelled", "completed_before", "unknown");
            if (reached.path("fate").asString().equals("unknown")) {
                unknown.add(reached.path("id").asString());
            }
        });
        List<String> late = desk.arrivals.stream().skip(arrived).toList();
        Set<String> sentBefore = new HashSet<>();
        for (String action : unknown) {
            sentBefore.add(desk.action(action).at("/target/record_id"));
        }
        // What had left before the freeze, and nobody knows of, is all that may arrive late.
        assertThat(late).as("arrived after the answer").isSubsetOf(sentBefore);
        desk.contain(operator, "?tenant=" + desk.tenant(), "connector", "desk", "normal", "")
                .expect(200);
        assertThat(everyTenant.queryForObject(STARTED_MEANWHILE, Long.class, desk.tenant()))
                .as("started between the freeze and the release, by the journal")
                .isZero();
        return took;
    }

    private JsonNode receipts(String id) {
        return desk.admin().get("/v1/containment/" + id).expect(200).json().path("receipts");
    }
}
