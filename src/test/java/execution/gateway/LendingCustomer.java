package execution.gateway;

import java.util.List;
import platform.Given;
import platform.Given.Customer;
import platform.TestClient;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A customer whose agent may do anything, at target systems that want a credential. */
record LendingCustomer(Customer customer, TestClient operator, String quotaClass) {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String WIDE = "wide";
    private static final String LIMITS = """
        {"requests_per_second":10000,"burst":10000,"concurrent_runs":1000,"tool_calls_per_day":100000,"weight":1,
         "max_parallel_actions":200,"queued_actions":10000}\
        """;

    /** @param name makes the tenant's identity; nobody else may use it */
    static LendingCustomer of(Given given, String name) {
        TestClient operator = given.operator();
        operator.put("/v1/quota-classes/" + WIDE, LIMITS);
        Customer customer = given.customer("tenant_" + name, WIDE);
        customer.admin().put("/v1/policies/" + Given.PROFILE, """
            {"document":{"rules":[{"id":"all","effect":"allow","operations":["*"]}],
             "destinations":{"allow":["*"]},"data_classes":["internal"]}}\
            """).expect(201);
        return new LendingCustomer(customer, operator, WIDE);
    }

    String tenant() {
        return customer.tenant();
    }

    /** @param credential how it is sent, as the connector's document says it */
    void connector(String system, String url, String credential) {
        operator.put("/v1/connectors/" + system + "?tenant=" + tenant(), """
            {"base_url":"%s","allow_private_addresses":["127.0.0.1"],"bulkhead":300,
             "read_timeout":"PT60S","total_timeout":"PT60S","circuit_breaker":{"window":1000,"minimum_calls":1000},
             "credential":%s,
             "operations":{
               "ticket.read":{"effect":"read","method":"GET","path":"/tickets/{record_id}",%3$s},
               "ticket.update":{"effect":"write","method":"PUT","path":"/tickets/{record_id}",%3$s}}}\
            """.replace("%3$s", """
                "target_schema":{"type":"object","required":["record_id"],
                                 "properties":{"record_id":{"type":"string"}}},
                "argument_schema":{"type":"object","properties":{"status":{"type":"string"}}}\
                """)
                        .formatted(url, credential))
                .expect(201);
    }

    /** @param value as the API takes it */
    Answer secret(String secret, String system, String mode, String value) {
        return customer.admin()
                .post("/v1/secrets", """
            {"secret_id":"%s","system":"%s","mode":"%s","value":%s}\
            """.formatted(secret, system, mode, value))
                .expect(201);
    }

    /** The same, for a connector that is not described yet. */
    Answer secret(String secret, String system, String mode, String value, String host) {
        return customer.admin()
                .post("/v1/secrets", """
            {"secret_id":"%s","system":"%s","mode":"%s","value":%s,"hosts":["%s"]}\
            """.formatted(secret, system, mode, value, host))
                .expect(201);
    }

    void grantAll(String secret) {
        customer.admin()
                .post("/v1/secrets/" + secret + "/grants", "{\"operations\":[\"*\"]}")
                .expect(201);
    }

    static String apiKey(String value) {
        return "{\"type\":\"api_key\",\"value\":\"%s\"}".formatted(value);
    }

    /** Sends it, and does not wait for what comes of it. */
    Answer ask(String operation, String system, String record) {
        return customer.agent().post("/v1/actions", envelope(operation, system, record));
    }

    /** What came of it. */
    Answer done(String operation, String system, String record) {
        return customer.agent()
                .post("/v1/actions?wait=PT20S", envelope(operation, system, record))
                .expect(200);
    }

    Answer action(String action) {
        return customer.agent().get("/v1/actions/" + action).expect(200);
    }

    /** The journal as the auditor takes it away: all of it, in its order. */
    List<JsonNode> journal() {
        return customer.auditor()
                .get("/v1/journal:export")
                .expect(200)
                .body()
                .lines()
                .map(JSON::readTree)
                .toList();
    }

    /** Its entries of one type. */
    List<JsonNode> journal(String type) {
        return journal().stream()
                .filter(entry -> entry.at("/type").asString().equals(type))
                .toList();
    }

    String envelope(String operation, String system, String record) {
        return """
            {"tenant_id":"%s","workspace_id":"%s","agent_id":"%s","workflow_run_id":"wr_1","policy_profile":"%s",
             "quota_class":"%s","requested_action":"%s","target":{"system":"%s","record_id":"%s"},
             "arguments":%s,"data_classes":["internal"]}\
            """.formatted(
                        tenant(),
                        Given.WORKSPACE,
                        Given.AGENT,
                        Given.PROFILE,
                        quotaClass,
                        operation,
                        system,
                        record,
                        operation.equals("ticket.read") ? "{}" : "{\"status\":\"solved\"}");
    }
}
