package tenancy.credentials;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.dao.DataAccessException;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.stereotype.Component;
import tenancy.Caller;

/** Who is behind a bearer credential: an API key, or a token of the identity provider if there is one. */
@Component
class Credentials implements AuthenticationManager {

    private final KeyCallers keys;
    private final @Nullable TokenCallers tokens;

    Credentials(KeyCallers keys, ObjectProvider<TokenCallers> tokens) {
        this.keys = keys;
        this.tokens = tokens.getIfAvailable();
    }

    @Override
    public Authentication authenticate(Authentication presented) {
        if (!(presented instanceof BearerTokenAuthenticationToken bearer)) {
            throw new InvalidBearerTokenException("Only bearer credentials are known");
        }
        var authentication = new CallerAuthentication(callerOf(bearer.getToken())
                // One answer for all that can be wrong with it: whoever guesses learns nothing.
                .orElseThrow(() -> new InvalidBearerTokenException("The credential is not in force")));
        authentication.setDetails(bearer.getDetails());
        return authentication;
    }

    private Optional<Caller> callerOf(String credential) {
        if (credential.startsWith(KeyToken.PREFIX)) {
            try {
                return keys.find(credential);
            } catch (DataAccessException unreachable) {
                throw new AuthenticationServiceException("Keys cannot be looked up", unreachable);
            }
        }
        return tokens == null ? Optional.empty() : tokens.find(credential);
    }
}
