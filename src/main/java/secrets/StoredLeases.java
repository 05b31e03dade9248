package secrets;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.function.Supplier;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventhandling.EventBus;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import secrets.LeaseDecision.Granted;
import secrets.LeaseDecision.Refused;
import secrets.SecretCommand.HandOutCredential;
import secrets.SecretCommand.ConfirmRevocation;
import secrets.SecretCommand.WriteDown;
import secrets.SecretEvent.LeaseIssued;
import tenancy.AgentId;
import tenancy.Agents;
import tenancy.Effect;
import tenancy.Forbidden;
import tenancy.Postures;
import tenancy.Subject;
import tenancy.TenantId;

/**
 * Leases, decided by the tenant's book and written down with the action's intent. Each is a stream of its own with one
 * event, so that no book grows with the actions of its tenant.
 */
@Component
class StoredLeases implements Leases {

    static final Duration LONGEST = Duration.ofMinutes(5);

    private final Keeping books;
    private final Postures postures;
    private final Agents agents;
    private final EventBus events;
    private final Supplier<UUID> ids;

    StoredLeases(Keeping books, Postures postures, Agents agents, EventBus events, Supplier<UUID> ids) {
        this.books = books;
        this.postures = postures;
        this.agents = agents;
        this.events = events;
        this.ids = ids;
    }

    @Override
    public Answer lease(Request request) {
        TenantId tenant = request.action().tenant();
        LeaseDecision decision = books.find(new SecretBookId(tenant))
                .map(found -> found.invoke(book -> book.decide(request)))
                .orElseGet(() -> LeaseDecision.refused("no_secret", "The tenant has no secrets."));
        return switch (decision) {
            case Granted granted when isContained(request, granted) -> new Answer.Contained();
            case Granted granted -> issue(request, granted);
            case Refused refused -> {
                write(tenant, refusal(request, refused.code()));
                yield new Answer.Refused(refused.code(), refused.cause());
            }
        };
    }

    /** All else that could be contained was asked about before. */
    private boolean isContained(Request request, Granted granted) {
        var secret = new Subject(null, null, null, null, null, null, null, null, granted.secret());
        Effect effect = request.mode() == Mode.READ ? Effect.READ : Effect.WRITE;
        return postures.on(request.action().tenant(), secret)
                .filter(restriction -> !restriction.posture().allows(effect, false))
                .isPresent();
    }

    private Answer issue(Request request, Granted granted) {
        String id = "ls_" + ids.get().toString().replace("-", "");
        Instant expiresAt = request.at().plus(LONGEST).truncatedTo(ChronoUnit.MILLIS);
        var agent = request.context().agent();
        var workspace = request.context().workspace();
        write(
                request.action().tenant(),
                new LeaseIssued(
                        id,
                        request.action().key(),
                        run(request),
                        key(agent),
                        request.agentClass(),
                        workspace == null ? null : workspace.key(),
                        granted.secret(),
                        granted.version(),
                        granted.grant(),
                        request.system(),
                        request.operation(),
                        request.destination(),
                        request.mode(),
                        granted.fence(),
                        expiresAt));
        return new Answer.Issued(new Lease(
                request.action(),
                id,
                granted.secret(),
                granted.version(),
                request.system(),
                request.operation(),
                request.destination(),
                request.mode(),
                expiresAt));
    }

    private static SecretEvent.LeaseRefused refusal(Request request, String code) {
        return new SecretEvent.LeaseRefused(
                request.action().key(),
                run(request),
                key(request.context().agent()),
                request.agentClass(),
                request.system(),
                request.operation(),
                request.destination(),
                request.mode(),
                code);
    }

    private static @Nullable String run(Request request) {
        var run = request.context().run();
        return run == null ? null : run.key();
    }

    private static @Nullable String key(@Nullable AgentId agent) {
        return agent == null ? null : agent.key();
    }

    @CommandHandler
    void handle(HandOutCredential out) {
        AgentId agent = out.agent();
        if (agent == null || !agents.registration(agent).active()) {
            throw new Forbidden("agent_retired", "The agent is retired: nothing is handed out to it.");
        }
        write(out.book().tenant(), out.out());
    }

    @CommandHandler
    void handle(WriteDown written) {
        written.happened().forEach(event -> write(written.book().tenant(), event));
    }

    @CommandHandler
    void handle(ConfirmRevocation ended) {
        write(ended.book().tenant(), ended.confirmed());
    }

    /** A stream of its own with one event: nothing to load first, nothing that grows. */
    private void write(TenantId tenant, SecretEvent event) {
        String stream = tenant.value() + "/lease/" + ids.get().toString().replace("-", "");
        events.publish(new GenericDomainEventMessage<>("Lease", stream, 0, event));
    }
}
