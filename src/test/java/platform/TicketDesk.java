package platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import platform.TestClient.Answer;

/** A target system that solves tickets and counts its calls, with customers that may update tickets and not delete any. */
public final class TicketDesk implements AutoCloseable {

    private final HttpServer server;
    private final Given given;
    private final AtomicInteger calls = new AtomicInteger();

    private TicketDesk(HttpServer server, Given given) {
        this.server = server;
        this.given = given;
    }

    public static TicketDesk start(Given given) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var desk = new TicketDesk(server, given);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            desk.calls.incrementAndGet();
            byte[] body = "{\"status\":\"solved\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return desk;
    }

    /** Calls that arrived. */
    public int calls() {
        return calls.get();
    }

    /** A new customer, with this system and a policy. */
    public Given.Customer customer() {
        Given.Customer customer = given.customer();
        String operation = """
            "%s":{"effect":"write","method":"PUT","path":"/tickets/{record_id}","target_schema":{"type":"object",
             "required":["record_id"],"properties":{"record_id":{"type":"string"}}},
             "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}},
             "idempotency_header":"Idempotency-Key","body":{"status":"arguments.status"}}\
            """;
        given.operator()
                .put("/v1/connectors/zendesk?tenant=" + customer.tenant(), """
            {"base_url":"http://127.0.0.1:%d","allow_private_addresses":["127.0.0.1"],"bulkhead":100,
             "operations":{%s,%s}}\
            """.formatted(
                                server.getAddress().getPort(),
                                operation.formatted("ticket.update"),
                                operation.formatted("ticket.delete")))
                .expect(201);
        customer.admin().put("/v1/policies/" + Given.PROFILE, """
            {"document":{"rules":[{"id":"tickets","effect":"allow","operations":["ticket.update"]},
               {"id":"no_delete","effect":"deny","operations":["ticket.delete"]}],
             "destinations":{"allow":["127.0.0.1"]},"data_classes":["internal"]}}\
            """).expect(201);
        return customer;
    }

    /** Asks for one action and waits for its end. */
    public Answer act(Given.Customer customer, String run, String operation, String ticket) {
        Answer answer = customer.agent().post("/v1/actions?wait=PT10S", """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"%s","policy_profile":"%s",
             "quota_class":"%s","requested_action":"%s","target":{"system":"zendesk","record_id":"%s"},
             "arguments":{"status":"solved"},"data_classes":["internal"]}\
            """.formatted(
                        customer.tenant(),
                        Given.WORKSPACE,
                        Given.AGENT,
                        run,
                        Given.PROFILE,
                        Given.QUOTA_CLASS,
                        operation,
                        ticket));
        assertThat(answer.status()).as(answer.body()).isIn(200, 202, 403, 429);
        return answer;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
