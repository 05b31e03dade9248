package tenancy;

import java.util.concurrent.CompletableFuture;

/** The way to ask for anything: every command is sent on behalf of exactly one tenant, into that tenant's lane. */
public interface TenantCommands {

    /**
     * Sends a command; the future completes after what it decided is committed.
     *
     * @return the handler's answer, or exceptionally the {@link Refusal} it threw
     */
    <R> CompletableFuture<R> send(TenantContext context, Object command);

    /** Like {@link #send}, and waits: throws the {@link Refusal} itself. For virtual threads. */
    <R> R ask(TenantContext context, Object command);
}
