package secrets;

import java.time.Instant;
import java.util.List;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.RunId;

/**
 * Says in the platform's name who is at work: a signed token that another system checks by itself, good for minutes, one
 * audience and one action.
 */
public interface WorkloadTokens {

    /**
     * Signs one. For virtual threads, outside of lanes: it may read the database.
     *
     * @throws LeaseRefused {@code secret_unavailable} if this platform has no name to sign in, or the audience is its own
     */
    Signed sign(Workload workload);

    /**
     * @param audience the one system that may take it
     * @param scopes what it may be taken for there
     * @param notAfter it ends then, if not before
     */
    record Workload(ActionId action, AgentId agent, RunId run, String audience, List<String> scopes, Instant notAfter) {

        public Workload {
            scopes = List.copyOf(scopes);
            if (!agent.tenant().equals(action.tenant()) || !run.tenant().equals(action.tenant())) {
                throw new IllegalArgumentException("Agent, run and action are not of one tenant");
            }
        }
    }

    /** @param id its {@code jti} */
    record Signed(Concealed token, String id, Instant expiresAt) {}
}
