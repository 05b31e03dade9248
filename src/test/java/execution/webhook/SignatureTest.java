package execution.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class SignatureTest {

    /** The example that the specification's own libraries are tested with. */
    @Test
    void is_what_the_specifications_libraries_make() {
        byte[] key = Signature.key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").orElseThrow();

        assertThat(Signature.of(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330L, "{\"test\": 2432232314}"))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void differs_with_message_time_and_body() {
        byte[] key = Signature.key(Signature.secret(new SecureRandom())).orElseThrow();
        String signed = Signature.of(key, "msg_1", 1, "{}");

        assertThat(Signature.of(key, "msg_2", 1, "{}")).isNotEqualTo(signed);
        assertThat(Signature.of(key, "msg_1", 2, "{}")).isNotEqualTo(signed);
        assertThat(Signature.of(key, "msg_1", 1, "{ }")).isNotEqualTo(signed);
    }

    @Test
    void a_secret_has_its_prefix_and_enough_bytes() {
        assertThat(Signature.key(secretOf(23))).isEmpty();
        assertThat(Signature.key(secretOf(24))).isPresent();
        assertThat(Signature.key(secretOf(65))).isEmpty();
        assertThat(Signature.key("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).isEmpty();
        assertThat(Signature.key("whsec_!!")).isEmpty();
        assertThat(Signature.secret(new SecureRandom())).isNotEqualTo(Signature.secret(new SecureRandom()));
    }

    private static String secretOf(int bytes) {
        return "whsec_" + Base64.getEncoder().encodeToString("x".repeat(bytes).getBytes(StandardCharsets.US_ASCII));
    }
}
