package execution;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import policy.Checks;
import policy.Policies;
import policy.Verdict;
import tenancy.ActionEnvelope;

/**
 * Verdicts that a test wants for a tenant, whatever its policy says; all other tenants have their own. No component: only
 * tests that import it have it.
 */
class Verdicts {

    private final Map<String, Function<ActionEnvelope, Verdict>> wanted = new ConcurrentHashMap<>();

    void of(String tenant, Function<ActionEnvelope, Verdict> verdict) {
        wanted.put(tenant, verdict);
    }

    @Bean
    @Primary
    Policies wantedVerdicts(@Qualifier("storedPolicies") Policies own) {
        return envelope ->
                wanted.getOrDefault(envelope.tenant().value(), own::decide).apply(envelope);
    }

    /** Passes what says so, and nothing else. */
    @Bean
    @Primary
    Checks plainChecks() {
        return (check, result) -> result.contains(check.passes());
    }
}
