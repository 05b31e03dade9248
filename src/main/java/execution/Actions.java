package execution;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import quota.Reservation.Draw;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.TenantContext;

/** Do it: asks for actions, and tells what became of them. Every call waits; for virtual threads. */
public interface Actions {

    /**
     * Asks for one action. The answer is committed before it is given; a no of policy or quota is an answer.
     *
     * @param boundTo the agent that the credential is bound to; null if to none
     * @param idempotencyKey the caller's own key; null where what is asked for tells requests apart
     * @param wait how long to wait for the outcome; zero for the decision only
     * @throws tenancy.Refusal for a request that could not be decided on
     */
    Submitted submit(
            TenantContext context,
            @Nullable AgentId boundTo,
            Envelope envelope,
            @Nullable String idempotencyKey,
            Duration wait);

    /**
     * One action and why it stands where it stands, as of this moment.
     *
     * @param boundTo the agent whose actions only may be seen; null for all of the tenant's
     * @throws tenancy.NotFound if there is none
     */
    ActionView find(ActionId action, @Nullable AgentId boundTo);

    /**
     * Takes back an action that is queued or waits for approval.
     *
     * @throws tenancy.Conflict {@code not_cancellable} if it has gone further
     */
    Answer cancel(TenantContext context, @Nullable AgentId boundTo, ActionId action);

    /**
     * Writes down that what one action did, another one has undone; said again, it changes nothing.
     *
     * @param by the action that undid it
     */
    void compensated(TenantContext context, ActionId action, ActionId by);

    /**
     * The answer, and what it was drawn on.
     *
     * @param replayed whether this answers an earlier request with the same idempotency key
     * @param tightest what was drawn on the limit with the least left; absent if nothing was set aside now
     */
    record Submitted(
            Answer answer, boolean replayed, @Nullable Draw tightest) {}
}
