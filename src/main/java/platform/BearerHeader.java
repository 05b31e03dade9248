package platform;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.DefaultBearerTokenResolver;

/**
 * Reads the credential of RFC 6750, section 2.1, without the regular expression that Spring Security asks of every
 * request. Whatever is not plainly one, and what to say of it, is left to Spring Security.
 */
final class BearerHeader implements BearerTokenResolver {

    private static final String SCHEME = "Bearer ";
    private static final String BESIDE_LETTERS_AND_DIGITS = "-._~+/";

    private final BearerTokenResolver others = new DefaultBearerTokenResolver();

    @Override
    public @Nullable String resolve(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header != null && isPlain(header) ? header.substring(SCHEME.length()) : others.resolve(request);
    }

    private static boolean isPlain(String header) {
        if (header.length() == SCHEME.length() || !header.startsWith(SCHEME)) {
            return false;
        }
        for (int at = SCHEME.length(); at < header.length(); at++) {
            char next = header.charAt(at);
            if (!isLetterOrDigit(next) && BESIDE_LETTERS_AND_DIGITS.indexOf(next) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char next) {
        return 'a' <= next && next <= 'z' || 'A' <= next && next <= 'Z' || '0' <= next && next <= '9';
    }
}
