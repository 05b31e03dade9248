package policy;

import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import policy.PolicyCommand.ReadInForce;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;

/** Reads the platform's guardrails before the first request is served: from the journal, which no row can lag behind. */
@Component
class GuardrailsAtStart implements SmartLifecycle {

    /** After Axon, which subscribes the handler, and before the web server, which lets actions in. */
    private static final int BEFORE_WEB_SERVER = SmartLifecycle.DEFAULT_PHASE - 2_560;

    private static final String PRINCIPAL = "platform";

    private final TenantCommands commands;
    private final Guardrails guardrails;
    private volatile boolean running;

    GuardrailsAtStart(TenantCommands commands, Guardrails guardrails) {
        this.commands = commands;
        this.guardrails = guardrails;
    }

    @Override
    public void start() {
        read();
        running = true;
    }

    /** In the fleet's lane, and so after all that was decided in it. */
    void read() {
        TenantContext fleet = TenantContext.of(TenantId.FLEET, PRINCIPAL, null);
        guardrails.know(commands.ask(fleet, new ReadInForce(Guardrails.BOOK)));
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return BEFORE_WEB_SERVER;
    }
}
