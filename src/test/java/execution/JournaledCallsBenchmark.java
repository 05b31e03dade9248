package execution;

import execution.ActionCommand.RecordOutcome;
import execution.ActionCommand.StartAction;
import execution.gateway.LoopbackStub;
import execution.gateway.Outcome;
import execution.gateway.ToolGateway;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given;
import platform.PlatformTest;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.RunId;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.WorkspaceId;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a call through the gateway costs with a credential, and with its start and outcome in the journal, beside a call
 * without either and one without us: {@code mvn test -Dtest=JournaledCallsBenchmark -DexcludedGroups=none}.
 */
@PlatformTest
@Tag("benchmark")
class JournaledCallsBenchmark {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int CALLS = 1_600;
    private static final String LIMITS = """
        {"requests_per_second":100000,"burst":1000000,"concurrent_runs":1000000,
         "tool_calls_per_day":1000000000,"weight":1,"max_parallel_actions":1000,"queued_actions":1000000}\
        """;
    private static final String CONNECTOR = """
        {"base_url":"%s","allow_private_addresses":["127.0.0.1"]%s,"bulkhead":300,"operations":{
          "ticket.update":{"effect":"write","method":"PATCH","path":"/tickets/{record_id}",
            "idempotency_header":"Idempotency-Key",
            "target_schema":{"type":"object","required":["record_id"],"properties":{"record_id":{"type":"string"}}},
            "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}}}}}\
        """;

    private final Given given;
    private final Actions actions;
    private final Backlog backlog;
    private final TenantCommands commands;
    private final ToolGateway gateway;
    private final Clock clock;
    private int asked;

    @Autowired
    JournaledCallsBenchmark(
            Given given, Actions actions, Backlog backlog, TenantCommands commands, ToolGateway gateway, Clock clock) {
        this.given = given;
        this.actions = actions;
        this.backlog = backlog;
        this.commands = commands;
        this.gateway = gateway;
        this.clock = clock;
    }

    private interface Work {
        void run() throws Exception;
    }

    private interface Client {
        Work open() throws Exception;
    }

    @Test
    void calls() throws Exception {
        given.operator().put("/v1/quota-classes/" + Given.QUOTA_CLASS, LIMITS);
        var tenant = new TenantId(customer());
        TenantContext context = TenantContext.of(tenant, "key:bench", "req_1")
                .within(
                        new WorkspaceId(tenant, Given.WORKSPACE),
                        new AgentId(tenant, Given.AGENT),
                        new RunId(tenant, "wr_1"),
                        Given.PROFILE,
                        Given.QUOTA_CLASS);
        try (var stub = new LoopbackStub()) {
            connector(tenant, "plain", stub.url(), "");
            connector(tenant, "keyed", stub.url(), ",\"credential\":{\"as\":\"bearer\"}");
            given.operator()
                    .post("/v1/secrets?tenant=" + tenant, """
                {"secret_id":"bench","system":"keyed","mode":"mutate","value":{"type":"api_key","value":"%s"}}\
                """.formatted(UUID.randomUUID()))
                    .expect(201);
            given.operator()
                    .post("/v1/secrets/bench/grants?tenant=" + tenant, "{\"operations\":[\"*\"]}")
                    .expect(201);
            backlog.pools().forEach(Pool::close);
            for (int round = 0; round < 2; round++) {
                for (int clients : new int[] {1, 32}) {
                    report(clients, "direct", () -> stub.direct()::call);
                    report(clients, "gateway", () -> unjournaled(context, started(context, "plain")));
                    report(clients, "gateway, credential", () -> unjournaled(context, started(context, "keyed")));
                    Queue<ActionId> plain = queued(context, "plain");
                    report(clients, "gateway, journal", () -> journaled(context, plain));
                    Queue<ActionId> keyed = queued(context, "keyed");
                    report(clients, "gateway, credential, journal", () -> journaled(context, keyed));
                }
            }
        }
    }

    private String customer() {
        Given.Customer customer = given.customer();
        customer.admin().put("/v1/policies/" + Given.PROFILE, """
            {"document":{"rules":[{"id":"all","effect":"allow","operations":["*"]}],
             "destinations":{"allow":["*"]},"data_classes":["internal"]}}\
            """).expect(201);
        return customer.tenant();
    }

    private void connector(TenantId tenant, String system, String url, String credential) {
        given.operator()
                .put("/v1/connectors/" + system + "?tenant=" + tenant, CONNECTOR.formatted(url, credential))
                .expect(201);
    }

    private ActionId submitted(TenantContext context, String system) {
        var envelope = new Envelope(
                context.tenant().value(),
                Given.WORKSPACE,
                Given.AGENT,
                "wr_1",
                Given.PROFILE,
                Given.QUOTA_CLASS,
                "ticket.update",
                Map.of("system", system, "record_id", "zd_" + asked++),
                JSON.readTree(LoopbackStub.ARGUMENTS),
                List.of("internal"),
                null,
                null,
                null);
        var answer = actions.submit(
                TenantContext.of(context.tenant(), "key:bench", "req_1"),
                new AgentId(context.tenant(), Given.AGENT),
                envelope,
                null,
                Duration.ZERO);
        return new ActionId(context.tenant(), answer.answer().action());
    }

    private Queue<ActionId> queued(TenantContext context, String system) {
        Queue<ActionId> queued = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < CALLS; i++) {
            queued.add(submitted(context, system));
        }
        return queued;
    }

    private Start.Go started(TenantContext context, String system) {
        return start(context, submitted(context, system));
    }

    private Start.Go start(TenantContext context, ActionId action) {
        Start start = commands.ask(context, new StartAction(action, "bench", clock.instant()));
        return (Start.Go) start;
    }

    private Outcome call(TenantContext context, ActionId action, Start.Go go) {
        Outcome outcome = gateway.call(
                go.operation(),
                new ToolGateway.Call(
                        action,
                        context,
                        go.target(),
                        go.arguments(),
                        go.idempotencyKey(),
                        go.lease(),
                        redaction -> {}));
        if (!(outcome instanceof Outcome.Succeeded)) {
            throw new IllegalStateException(outcome.toString());
        }
        return outcome;
    }

    private Work unjournaled(TenantContext context, Start.Go go) {
        var action = new ActionId(context.tenant(), "act_bench");
        ActionId leased = go.lease() == null ? action : go.lease().action();
        return () -> call(context, leased, go);
    }

    private Work journaled(TenantContext context, Queue<ActionId> queued) {
        return () -> {
            ActionId action = queued.remove();
            Outcome outcome = call(context, action, start(context, action));
            ActionState unused =
                    commands.ask(context, new RecordOutcome(action, "bench", outcome, List.of(), clock.instant()));
        };
    }

    private static void report(int clients, String what, Client client) throws Exception {
        long[][] all = new long[clients][];
        long began;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Work> works = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                works.add(client.open());
            }
            List<Future<long[]>> running = new ArrayList<>();
            began = System.nanoTime();
            for (Work work : works) {
                running.add(threads.submit(() -> measured(CALLS / clients, work)));
            }
            for (int i = 0; i < clients; i++) {
                all[i] = running.get(i).get();
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        long[] nanos = Arrays.stream(all).flatMapToLong(Arrays::stream).sorted().toArray();
        System.out.printf(
                "%2d %-30s %,9.0f/s p50 %,9.1f us, p99 %,9.1f us%n",
                clients,
                what,
                nanos.length / seconds,
                nanos[nanos.length / 2] / 1e3,
                nanos[nanos.length * 99 / 100] / 1e3);
    }

    private static long[] measured(int times, Work work) throws Exception {
        long[] nanos = new long[times];
        for (int i = 0; i < times; i++) {
            long began = System.nanoTime();
            work.run();
            nanos[i] = System.nanoTime() - began;
        }
        return nanos;
    }
}
