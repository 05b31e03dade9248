package execution.gateway;

/** Looks whether the effect of an action that nobody knows the outcome of is there. */
public interface Probes {

    /**
     * Looks once and waits, bounded by the timeouts of the operation that is declared for it. For virtual threads; never
     * throws for what the target or the network does.
     *
     * @param call what was called
     * @return {@code NOT_PROBED} if the operation says no way to look
     */
    Levels.Verified probe(Operation operation, ToolGateway.Call call);
}
