package execution;

import execution.gateway.Connectors;
import execution.gateway.Operation;
import execution.gateway.Quarantined;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.common.caching.NoCache;
import org.axonframework.eventsourcing.EventSourcingRepository;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.ResultMessage;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.modelling.command.Repository;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import policy.Policies;
import policy.Verdict;
import policy.Verdict.Allowed;
import quota.Limits;
import quota.Opening;
import quota.Quotas;
import quota.Reservation;
import quota.Reservation.Granted;
import tenancy.ActionEnvelope;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.Agents.Registration;
import tenancy.Cause;
import tenancy.Conduct;
import tenancy.Effect;
import tenancy.Estimate;
import tenancy.Postures;
import tenancy.Restriction;
import tenancy.RunId;
import tenancy.Subject;
import tenancy.Target;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantTag;
import tenancy.TenantTransactions;
import tenancy.WorkspaceId;

/** The module in memory, between neighbours that say what a test wants. Commands are handled one after another. */
final class House {

    static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    static final TenantId ACME = new TenantId("tenant_acme");
    static final WorkspaceId SUPPORT = new WorkspaceId(ACME, "ws_support");
    static final AgentId TRIAGE = new AgentId(ACME, "support_triage_v4");
    static final RunId RUN = new RunId(ACME, "wr_1");
    static final Claim CLAIM = new Claim(TRIAGE, SUPPORT, "regulated_support", "enterprise_gold", null);
    static final Verdict ALLOWED =
            new Allowed(7, List.of(new Verdict.Reason("tickets", policy.Layer.PROFILE, 7, "Rule tickets allows it.")));
    static final MetaData META = TenantContext.of(ACME, "key:k_1", "req_1")
            .within(SUPPORT, TRIAGE, RUN, CLAIM.policyProfile(), CLAIM.quotaClass())
            .metaData();

    final EventStore events = EmbeddedEventStore.builder()
            .storageEngine(new InMemoryEventStorageEngine())
            .build();
    final Repository<Action> actions =
            EventSourcingRepository.builder(Action.class).eventStore(events).build();
    private final Repository<Run> runs =
            EventSourcingRepository.builder(Run.class).eventStore(events).build();
    final ExecutionSettings settings = new ExecutionSettings(
            Map.of(),
            10,
            java.time.Duration.ofSeconds(1),
            java.time.Duration.ofSeconds(1),
            java.time.Duration.ofSeconds(60),
            100,
            java.time.Duration.ofHours(1));
    final Outcomes outcomes = new Outcomes();
    final Ledger ledger = new Ledger();
    final Backlog backlog;
    final HeldActions held;
    final Admission admission;
    final Progress progress;
    final Reconciling reconciling;
    final RunBook book;

    Registration registration = new Registration(
            TRIAGE, SUPPORT, "support_triage", "internal", "regulated_support", "enterprise_gold", true);
    Policies policies = envelope -> ALLOWED;
    Connectors connectors = connectors(new Described());
    secrets.Leases leases = request -> {
        throw new AssertionError("a lease was asked for");
    };
    /** What is contained; nothing. */
    @Nullable
    Restriction restriction;

    /** For how long everything has stood still. */
    java.time.Duration still = java.time.Duration.ZERO;

    final Postures postures = new Postures() {
        @Override
        public Optional<Restriction> on(TenantId tenant, Subject subject) {
            return Optional.ofNullable(restriction).filter(one -> one.scope().covers(subject));
        }

        @Override
        public long epochToStart(TenantId tenant) {
            return restriction == null ? 0 : restriction.epoch();
        }

        @Override
        public java.time.Duration stoodStill(TenantId tenant, Subject subject, Instant from, Instant to) {
            return still;
        }

        @Override
        public Optional<Restriction> known(TenantId tenant, Subject subject) {
            return on(tenant, subject);
        }

        @Override
        public java.time.Duration knownToHaveStood(TenantId tenant, Subject subject, Instant from, Instant to) {
            return still;
        }

        @Override
        public long knownEpoch(TenantId tenant) {
            return epochToStart(tenant);
        }
    };
    policy.Checks checks = (check, result) -> result.contains("true");
    /** Actions that the table says wait for people. */
    long heldBefore;
    /** Deadlines that were set. */
    final Map<ActionId, Instant> deadlines = new HashMap<>();

    /** What was started with its admission: the slot and the answer. */
    final List<AtOnce.Begun> begun = new ArrayList<>();

    /** What may have been started: it is asked for again. */
    final List<String> resumed = new ArrayList<>();

    private final AtOnce.Hands hands = new AtOnce.Hands() {
        @Override
        public String claim() {
            return "hands";
        }

        @Override
        public void start(Pool pool, FairQueue.Turn turn, AtOnce.Begun one) {
            begun.add(one);
        }

        @Override
        public void resume(Pool pool, FairQueue.Turn turn, String claim) {
            resumed.add(turn.waiting().action().key() + " by " + claim);
        }
    };

    Limits limits = new Limits(100, 100, 10, 1_000, 1, 5, 3);

    House() {
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        var meters = new SimpleMeterRegistry();
        backlog = new Backlog(
                settings,
                (tenant, quotaClass) -> limits,
                postures,
                new StaticListableBeanFactory().getBeanProvider(Worker.class),
                meters);
        book = new RunBook(runs, events, agent -> registration, ledger, postures, clock);
        TenantTransactions none = new TenantTransactions() {
            @Override
            public <T> T in(TenantId tenant, java.util.function.Supplier<T> work) {
                throw new AssertionError("the database was asked");
            }
        };
        var payloads = new Payloads(tenant -> policy.AuditLevel.FULL, new StagedPayloads(), new JdbcTemplate(), none);
        Connectors current = (tenant, system, name) -> connectors.operation(tenant, system, name);
        var requests = new Requests(agent -> registration, current, book);
        var holds = new Holds(
                tenant -> heldBefore, deadlines::put, new ApprovalSettings(2, java.time.Duration.ofSeconds(5)));
        Policies inForce = envelope -> policies.decide(envelope);
        var restraints = new Restraints(postures);
        var watched = new Watched(new Conduct() {
            @Override
            public boolean isWatched(TenantId tenant) {
                return false;
            }

            @Override
            public void happened(TenantId tenant, Happening happening) {
                throw new AssertionError("nobody watches");
            }
        });
        var judges = new StaticListableBeanFactory();
        judges.addBean("checks", (policy.Checks) (check, result) -> checks.pass(check, result));
        progress = new Progress(
                actions,
                restraints,
                watched,
                current,
                new CheckCalls(current, judges.getBeanProvider(policy.Checks.class)),
                new Lending(request -> leases.lease(request), agent -> registration),
                holds,
                ledger,
                backlog,
                outcomes,
                payloads,
                NoCache.INSTANCE);
        admission = new Admission(
                requests,
                restraints,
                watched,
                new IdempotencyKeys(new JdbcTemplate(), none, settings),
                book,
                inForce,
                ledger,
                backlog,
                new AtOnce(backlog, progress, hands, new ExecutionTimers(meters, new TenantTag())),
                holds,
                actions,
                settings,
                new ExecutionTimers(meters, new TenantTag()),
                payloads,
                clock);
        reconciling = new Reconciling(
                actions,
                current,
                payloads,
                ledger,
                new Lending(request -> leases.lease(request), agent -> registration));
        held = new HeldActions(
                requests, restraints, book, inForce, ledger, backlog, holds, outcomes, actions, settings, payloads);
    }

    /** Runs one command handler as its tenant's lane does: everything is committed, or nothing. */
    <T> T inLane(Callable<T> handler) {
        var unit = DefaultUnitOfWork.startAndGet(new GenericCommandMessage<>("test", META));
        unit.registerCorrelationDataProvider(message -> message.getMetaData());
        ResultMessage<T> result = unit.executeWithResult(handler);
        if (result.isExceptional()) {
            throw result.exceptionResult() instanceof RuntimeException unchecked
                    ? unchecked
                    : new IllegalStateException(result.exceptionResult());
        }
        return result.getPayload();
    }

    Receipt submit(ActionCommand.SubmitAction submit) {
        return inLane(() -> admission.handle(submit, META));
    }

    static ActionCommand.SubmitAction submit(String key, @Nullable String idempotencyKey) {
        return asking(key, idempotencyKey, "{\"status\":\"solved\"}");
    }

    static ActionCommand.SubmitAction asking(String key, @Nullable String idempotencyKey, String arguments) {
        return new ActionCommand.SubmitAction(
                new ActionId(ACME, key),
                CLAIM,
                RUN,
                "ticket.update",
                new Target("zendesk", Map.of("record_id", "zd_99102")),
                arguments,
                List.of("internal"),
                null,
                0,
                idempotencyKey,
                null);
    }

    List<Object> journal(Object aggregate) {
        List<Object> found = new ArrayList<>();
        events.readEvents(aggregate.toString()).forEachRemaining(event -> found.add(event.getPayload()));
        return found;
    }

    static Connectors connectors(Operation operation) {
        return (tenant, system, name) -> operation;
    }

    /** An operation as a test wants it. */
    record Described(
            boolean idempotent,
            String schemaDigest,
            @Nullable RuntimeException invalid,
            Effect effect,
            boolean needsCredential,
            @Nullable Quarantined quarantine)
            implements Operation {

        /** Which waits until somebody accepts what it has become. */
        static Described waiting() {
            var cause = new Cause(
                    Cause.Owner.TENANT, Quarantined.KIND, null, null, null, null, null, null, "It was changed.");
            return new Described(false, "5c4e", null, Effect.WRITE, false, new Quarantined(cause, "accept it"));
        }

        Described(
                boolean idempotent,
                String schemaDigest,
                @Nullable RuntimeException invalid,
                Effect effect,
                boolean needsCredential) {
            this(idempotent, schemaDigest, invalid, effect, needsCredential, null);
        }

        Described() {
            this(false, "5c4e", null);
        }

        Described(boolean idempotent, String schemaDigest, @Nullable RuntimeException invalid) {
            this(idempotent, schemaDigest, invalid, Effect.WRITE);
        }

        Described(boolean idempotent, String schemaDigest, @Nullable RuntimeException invalid, Effect effect) {
            this(idempotent, schemaDigest, invalid, effect, false);
        }

        @Override
        public String system() {
            return "zendesk";
        }

        @Override
        public String name() {
            return "ticket.update";
        }

        @Override
        public Estimate estimate(long tokens, String arguments) {
            return new Estimate(200, tokens, 0, 0);
        }

        @Override
        public List<String> recipients(Target target, String arguments) {
            return List.of();
        }

        @Override
        public String pool() {
            return "shared";
        }

        @Override
        public int bulkhead() {
            return 4;
        }

        @Override
        public String destination() {
            return "zendesk.test";
        }

        @Override
        public long connectorVersion() {
            return 3;
        }

        @Override
        public String validated(Target target, String argumentsJson) {
            if (invalid != null) {
                throw invalid;
            }
            return argumentsJson;
        }
    }

    /** Quotas that grant, unless told otherwise, and write down what they were asked. */
    static final class Ledger implements Quotas {
        final List<String> asked = new ArrayList<>();
        Reservation answer =
                new Granted(List.of(new Reservation.Draw("tool_calls_per_day", "tenant", 1, 1, 1_000, null)));
        Optional<Cause> runAnswer = Optional.empty();
        boolean halted;

        @Override
        public Reservation reserve(ActionEnvelope envelope, Instant now) {
            asked.add("reserve " + envelope.action().key());
            return answer;
        }

        @Override
        public Reservation preview(ActionEnvelope envelope, Instant now) {
            asked.add("preview " + envelope.action().key());
            return answer;
        }

        @Override
        public void settle(ActionId action, @Nullable Estimate actual, Instant now) {
            asked.add("settle " + action.key());
        }

        @Override
        public void release(ActionId action, Instant now) {
            asked.add("release " + action.key());
        }

        @Override
        public void settleInDoubt(ActionId action, Instant now) {
            asked.add("settle " + action.key());
        }

        @Override
        public void giveBack(ActionId action) {
            asked.add("give back " + action.key());
        }

        @Override
        public Optional<Cause> openRun(Opening opening) {
            asked.add("open " + opening.run().key());
            return runAnswer;
        }

        @Override
        public boolean isHalted(RunId run, String quotaClass) {
            return halted;
        }

        @Override
        public void capRun(RunId run, String limit, long value, boolean byOperator, String quotaClass) {
            asked.add("cap " + run.key() + " " + limit + " " + value);
        }

        @Override
        public void closeRun(RunId run, Instant now) {
            asked.add("close " + run.key());
        }
    }
}
