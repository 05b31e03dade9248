package platform;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import platform.Given.Customer;
import platform.TestClient.Answer;
import tools.jackson.databind.JsonNode;

/** What is parsed and written elsewhere because it is long is understood and answered as anything else is. */
@PlatformTest
class LongBodiesTest {

    private static final String PATH = "/v1/policies/long";
    private static final int RULES = 2_000;

    private final Given given;
    private Customer customer;

    @Autowired
    LongBodiesTest(Given given) {
        this.given = given;
    }

    @BeforeEach
    void aCustomer() {
        customer = given.customer();
    }

    @Test
    void a_long_document_is_taken_and_told_whole() {
        String document = document(LongBodiesTest::rule);
        Answer published = customer.admin().put(PATH, document);

        Answer told = customer.admin().get(PATH).expect(200);

        assertThat(published.status()).isEqualTo(201);
        JsonNode rules = told.json().at("/document/rules");
        assertThat(rules.size()).isEqualTo(RULES);
        assertThat(rules.get(RULES - 1).path("id").stringValue()).isEqualTo("rule_1999");
        assertThat(told.header("Content-Type")).startsWith("application/json");
        assertThat(told.header("Content-Length")).isEqualTo("" + told.body().getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void one_whose_length_nobody_announced_is_taken_too() {
        byte[] document = document(LongBodiesTest::rule).getBytes(StandardCharsets.UTF_8);

        customer.admin()
                .sendBody(
                        "PUT",
                        PATH,
                        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(document)),
                        "Content-Type",
                        "application/json")
                .expect(201);
    }

    @Test
    void what_is_wrong_far_down_is_pointed_at() {
        Answer unknown = customer.admin()
                .put(
                        PATH,
                        document(i -> i == 1_998 ? rule(i).replace("\"effect\"", "\"efect\":1,\"effect\"") : rule(i)))
                .expect(400);
        Answer twice = customer.admin()
                .put(PATH, document(i -> i == 1_998 ? rule(i).replace("\"effect\"", "\"id\"") : rule(i)))
                .expect(400);
        Answer cut = customer.admin()
                .put(PATH, document(LongBodiesTest::rule).substring(0, 60_000))
                .expect(400);

        assertThat(unknown.at("/errors/0/pointer")).isEqualTo("/document/rules/1998/efect");
        assertThat(unknown.at("/errors/0/rule")).isEqualTo("unknown_field");
        assertThat(twice.at("/errors/0/rule")).isEqualTo("duplicate_key");
        assertThat(cut.at("/errors/0/rule")).isEqualTo("malformed");
    }

    private static String document(IntFunction<String> rule) {
        return "{\"document\":{\"rules\":[%s]}}"
                .formatted(IntStream.range(0, RULES).mapToObj(rule).collect(joining(",")));
    }

    private static String rule(int number) {
        return "{\"id\":\"rule_%d\",\"effect\":\"allow\",\"operations\":[\"ticket.o%d\"]}".formatted(number, number);
    }
}
