package tenancy.credentials;

import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtDecoderInitializationException;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.stereotype.Component;
import tenancy.AgentId;
import tenancy.Caller;
import tenancy.Refusal;
import tenancy.Role;
import tenancy.TenancySettings;
import tenancy.TenancySettings.Oidc;
import tenancy.TenantId;
import tenancy.Tenants;

/** Who a token of the configured identity provider speaks for: its claims name a tenant we know, a role, an agent. */
@Component
@ConditionalOnProperty("firebreak.tenancy.oidc.issuer")
class TokenCallers {

    private static final Logger LOG = LoggerFactory.getLogger(TokenCallers.class);
    private static final int LONGEST_SUBJECT = 200;

    private final Oidc oidc;
    private final JwtDecoder decoder;
    private final Tenants tenants;

    @Autowired
    TokenCallers(TenancySettings settings, Tenants tenants, Clock clock) {
        this(required(settings.oidc()), tenants, clock);
    }

    TokenCallers(Oidc oidc, Tenants tenants, Clock clock) {
        this.oidc = oidc;
        this.decoder = TokenDecoder.of(oidc, clock);
        this.tenants = tenants;
    }

    /** The caller the token speaks for; empty if it is not in force or names nobody we know. */
    Optional<Caller> find(String token) {
        try {
            return caller(decoder.decode(token));
        } catch (BadJwtException notInForce) {
            LOG.debug("A token was refused: {}", notInForce.getMessage());
        } catch (JwtDecoderInitializationException unreachable) {
            throw new AuthenticationServiceException("The issuer cannot be reached", unreachable);
        } catch (JwtException undecided) {
            // Unknown key ids make us fetch the issuer's keys, but only so often: past that, the key stays unknown.
            if (!(NestedExceptionUtils.getMostSpecificCause(undecided) instanceof RateLimitReachedException)) {
                throw new AuthenticationServiceException("The issuer's keys cannot be had", undecided);
            }
        }
        return Optional.empty();
    }

    private Optional<Caller> caller(Jwt jwt) {
        String subject = jwt.getSubject();
        String tenantName = text(jwt, oidc.tenantClaim());
        Role role = role(jwt);
        if (subject == null || unprintable(subject) || tenantName == null || role == null) {
            return Optional.empty();
        }
        try {
            TenantId tenant = new TenantId(tenantName);
            String agentName = text(jwt, oidc.agentClaim());
            AgentId agent = agentName == null || role != Role.AGENT ? null : new AgentId(tenant, agentName);
            boolean ofFleet = tenant.equals(TenantId.FLEET);
            boolean whole = ofFleet == (role == Role.OPERATOR) && (agent != null) == (role == Role.AGENT);
            return whole && (ofFleet || tenants.registered(tenant))
                    ? Optional.of(new Caller(tenant, agent, role, "oidc:" + subject))
                    : Optional.empty();
        } catch (Refusal misspelled) {
            if (misspelled.kind() == Refusal.Kind.UNAVAILABLE) {
                throw new AuthenticationServiceException("The tenant cannot be looked up", misspelled);
            }
            return Optional.empty();
        }
    }

    /** The role the token names; null unless it names exactly one that we know, alone or in a list. */
    private @Nullable Role role(Jwt jwt) {
        Object claimed = jwt.getClaims().get(oidc.roleClaim());
        Collection<?> names =
                claimed instanceof Collection<?> several ? several : claimed == null ? List.of() : List.of(claimed);
        Role found = null;
        for (Role role : Role.values()) {
            if (names.contains(role.name().toLowerCase(Locale.ROOT))) {
                if (found != null) {
                    return null;
                }
                found = role;
            }
        }
        return found;
    }

    private static @Nullable String text(Jwt jwt, String claim) {
        return jwt.getClaims().get(claim) instanceof String text ? text : null;
    }

    private static boolean unprintable(String subject) {
        return subject.isBlank()
                || subject.length() > LONGEST_SUBJECT
                || subject.chars().anyMatch(Character::isISOControl);
    }

    private static Oidc required(@Nullable Oidc oidc) {
        if (oidc == null) {
            throw new IllegalStateException("firebreak.tenancy.oidc.issuer is set, but could not be bound");
        }
        return oidc;
    }
}
