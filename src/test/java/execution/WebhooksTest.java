package execution;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.TestPropertySource;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient;
import platform.TestClient.Answer;
import policy.Layer;
import policy.Verdict;
import policy.Verdict.Approval;
import policy.Verdict.NeedsApproval;
import policy.Verdict.Reason;

/** A tenant's own systems are told when an approval is opened or decided. */
@PlatformTest
@Import(Verdicts.class)
@DirtiesContext
@TestPropertySource(
        properties = {
            "firebreak.webhooks.poll=50ms",
            "firebreak.webhooks.first-pause=50ms",
            "firebreak.webhooks.most-attempts=3",
            "firebreak.webhooks.timeout=1s"
        })
class WebhooksTest {

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Verdict NEEDS_ONE = new NeedsApproval(
            7,
            List.of(new Reason("writes", Layer.PROFILE, 7, "Writes need a person.")),
            List.of(new Approval("writes", List.of("approver"), 1, Duration.ofHours(1))),
            null);

    private final Given given;
    private final Verdicts verdicts;
    private final JdbcTemplate everyTenant;
    private final HttpServer receiver;
    private final List<Message> received = new CopyOnWriteArrayList<>();
    /** Requests that are answered with 500 before one is taken. */
    private final AtomicInteger failures = new AtomicInteger();

    @Autowired
    WebhooksTest(Given given, Verdicts verdicts, @Qualifier("systemDataSource") DataSource everyTenant)
            throws IOException {
        this.given = given;
        this.verdicts = verdicts;
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    private record Message(String id, String timestamp, String signature, String body) {

        /** By the specification's words, and by none of the platform's code. */
        String expected(String secret) throws Exception {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
            String signed = id + "." + timestamp + "." + body;
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        }
    }

    @BeforeEach
    void receive() {
        receiver.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        receiver.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var headers = exchange.getRequestHeaders();
            received.add(new Message(
                    headers.getFirst("webhook-id"),
                    headers.getFirst("webhook-timestamp"),
                    headers.getFirst("webhook-signature"),
                    body));
            exchange.sendResponseHeaders(failures.getAndDecrement() > 0 ? 500 : 204, -1);
            exchange.close();
        });
        receiver.start();
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
    }

    @Test
    void an_opened_and_a_decided_approval_are_told_and_signed() throws Exception {
        var acme = customer();
        String hook = register(acme, ",\"secret\":\"" + SECRET + "\"").at("/webhook_id");
        TestClient approver = given.person(acme.admin(), "approver");
        String action = hold(acme, "zd_1");
        await(() -> received.size() == 1);

        approver.post("/v1/approvals/" + action + ":deny", "{\"reason\":\"Not today.\"}")
                .expect(200);
        await(() -> received.size() == 2);

        assertThat(received.get(0).body())
                .contains("\"type\":\"approval.requested\"", action, "\"link\":\"/v1/approvals/" + action + "\"")
                .doesNotContain("solved");
        assertThat(received.get(1).body()).contains("\"type\":\"approval.decided\"", "\"state\":\"denied\"");
        for (Message message : received) {
            assertThat(message.signature()).isEqualTo(message.expected(SECRET));
        }
        assertThat(received).extracting(Message::id).doesNotHaveDuplicates();
        await(() -> pending(acme) == 0);
        Answer journal = acme.auditor().get("/v1/journal?limit=200").expect(200);
        assertThat(journal.body()).contains("webhook_registered").doesNotContain(SECRET.substring(6));
        Answer listed = acme.auditor().get("/v1/webhooks").expect(200);
        assertThat(listed.body()).doesNotContain("whsec_");
        acme.admin().delete("/v1/webhooks/" + hook).expect(204);
        hold(acme, "zd_2");
        assertThat(pending(acme)).isZero();
    }

    @Test
    void a_failure_is_tried_again_under_the_same_id_and_at_last_given_up() {
        var acme = customer();
        register(acme, ",\"events\":[\"approval.requested\"]");
        failures.set(2);
        hold(acme, "zd_1");
        await(() -> received.size() == 3 && pending(acme) == 0);
        assertThat(received)
                .extracting(Message::id)
                .containsOnly(received.getFirst().id());

        failures.set(3);
        hold(acme, "zd_2");
        await(() -> given(acme, "/items/0/given_up").equals("1"));

        assertThat(received).hasSize(6);
        assertThat(given(acme, "/items/0/last_error")).isEqualTo("answered 500");
    }

    @Test
    void a_receiver_that_is_away_holds_up_nobody_who_asks() {
        var acme = customer();
        register(acme, "");
        receiver.stop(0);

        long began = System.nanoTime();
        for (int n = 0; n < 10; n++) {
            hold(acme, "zd_" + n);
        }

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        await(() -> given(acme, "/items/0/given_up").equals("10"));
    }

    @Test
    void private_addresses_are_reached_only_where_an_operator_allowed_it() {
        var acme = customer();
        String here = "\"url\":\"https://127.0.0.1:" + receiver.getAddress().getPort() + "/\"";
        assertThat(acme.admin()
                        .post("/v1/webhooks", "{" + here + ",\"allow_private_address\":true}")
                        .expect(403)
                        .at("/code"))
                .isEqualTo("private_addresses");
        acme.admin()
                .post("/v1/webhooks", "{" + here.replace("https", "http") + "}")
                .expect(400);
        acme.admin()
                .post("/v1/webhooks", "{" + here + ",\"secret\":\"whsec_short\"}")
                .expect(400);
        acme.admin()
                .post("/v1/webhooks", "{" + here + ",\"events\":[\"everything\"]}")
                .expect(400);
        acme.agent().post("/v1/webhooks", "{" + here + "}").expect(403);
        acme.admin().post("/v1/webhooks", "{" + here + "}").expect(201);

        hold(acme, "zd_1");

        await(() -> given(acme, "/items/0/given_up").equals("1"));
        assertThat(given(acme, "/items/0/last_error")).isEqualTo("destination_blocked");
        assertThat(received).isEmpty();
    }

    @Test
    void a_generated_secret_is_shown_once_and_a_tenant_has_a_handful_of_webhooks() {
        var acme = customer();
        List<String> secrets = new ArrayList<>();
        for (int n = 0; n < 10; n++) {
            secrets.add(register(acme, "").at("/secret"));
        }

        assertThat(secrets)
                .doesNotHaveDuplicates()
                .allSatisfy(secret -> assertThat(secret).startsWith("whsec_"));
        assertThat(given.operator()
                        .post("/v1/webhooks?tenant=" + acme.tenant(), "{\"url\":\"https://example.com/\"}")
                        .expect(409)
                        .at("/code"))
                .isEqualTo("too_many_webhooks");
    }

    private Answer register(Given.Customer customer, String more) {
        return given.operator()
                .post(
                        "/v1/webhooks?tenant=" + customer.tenant(),
                        "{\"url\":\"http://127.0.0.1:%d/told\",\"allow_private_address\":true%s}"
                                .formatted(receiver.getAddress().getPort(), more))
                .expect(201);
    }

    private long pending(Given.Customer customer) {
        Long pending = everyTenant.queryForObject(
                "select count(*) from execution.webhook_delivery where tenant_id = ? and next_at is not null",
                Long.class,
                customer.tenant());
        return pending == null ? 0 : pending;
    }

    private static String given(Given.Customer customer, String pointer) {
        return customer.auditor().get("/v1/webhooks").expect(200).at(pointer);
    }

    private Given.Customer customer() {
        var customer = given.customer();
        verdicts.of(customer.tenant(), envelope -> NEEDS_ONE);
        given.operator()
                .put("/v1/connectors/zendesk?tenant=" + customer.tenant(), """
                    {"base_url":"https://zendesk.example.com","operations":{
                       "ticket.update":{"effect":"write","method":"PUT","path":"/tickets/{record_id}",
                         "target_schema":{"type":"object","required":["record_id"],
                                          "properties":{"record_id":{"type":"string"}}},
                         "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}}}}}\
                    """)
                .expect(201);
        return customer;
    }

    private static String hold(Given.Customer customer, String record) {
        Answer held = customer.agent()
                .post("/v1/actions", """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_1","policy_profile":"%s",
             "quota_class":"%s","requested_action":"ticket.update",
             "target":{"system":"zendesk","record_id":"%s"},"arguments":{"status":"solved"}}\
            """.formatted(
                        customer.tenant(), Given.WORKSPACE, Given.AGENT, Given.PROFILE, Given.QUOTA_CLASS, record))
                .expect(202);
        return held.at("/action_id");
    }

    private static void await(Callable<Boolean> condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        try {
            while (!condition.call()) {
                assertThat(System.nanoTime()).as("it happens within 20 s").isLessThan(deadline);
                Thread.sleep(20);
            }
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
