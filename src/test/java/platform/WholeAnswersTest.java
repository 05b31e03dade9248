package platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@PlatformTest
class WholeAnswersTest {

    private final Given given;

    @Autowired
    WholeAnswersTest(Given given) {
        this.given = given;
    }

    @Test
    void a_document_is_sent_with_its_length() {
        var found = given.operator().get("/v1/quota-classes").expect(200);

        assertThat(found.header("Content-Length")).isEqualTo("" + found.body().length());
        assertThat(found.header("Transfer-Encoding")).isEmpty();
    }

    @Test
    void so_is_a_problem() {
        var problem =
                given.operator().get("/v1/quota-classes/none_of_that_name").expect(404);

        assertThat(problem.header("Content-Length"))
                .isEqualTo("" + problem.body().length());
    }
}
