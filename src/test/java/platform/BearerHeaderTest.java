package platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.DefaultBearerTokenResolver;

/** Whatever is sent, the answer is that of Spring Security. */
class BearerHeaderTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer abc",
                "Bearer fbk_k_01-._~+/AZaz09",
                "Bearer abc==",
                "bearer abc",
                "BEARER abc",
                "Bearer ",
                "Bearer",
                "Bearer  abc",
                "Bearer abc ",
                "Bearer abc def",
                "Bearer =",
                "Bearer a=b",
                "Bearer ab\u00e9",
                "Bearer a\tb",
                "Bearer a\"b",
                "Basic abc",
                "Bearerabc",
                ""
            })
    void a_credential_is_read_as_spring_security_reads_it(String header) {
        assertThat(read(new BearerHeader(), header)).isEqualTo(read(new DefaultBearerTokenResolver(), header));
    }

    private static String read(BearerTokenResolver resolver, String header) {
        var request = new MockHttpServletRequest();
        request.addHeader("Authorization", header);
        try {
            return "token " + resolver.resolve(request);
        } catch (AuthenticationException refused) {
            return refused.getClass() + refused.getMessage();
        }
    }
}
