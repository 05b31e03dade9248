package execution.rollback;

import execution.gateway.Compensation;
import execution.gateway.Connectors;
import execution.rollback.RollbackCommand.EndRollback;
import execution.rollback.RollbackCommand.EndStep;
import execution.rollback.RollbackCommand.NoteAsked;
import execution.rollback.RollbackCommand.PlanRollback;
import execution.rollback.RollbackCommand.ReadRollback;
import execution.rollback.RollbackCommand.StartRollback;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.Repository;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tenancy.InvalidField;
import tenancy.Refusal;
import tenancy.TenantId;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/** Says of each effect whether and how it can be undone, in the tenant's lane, by the connectors in force. */
@Component
class Planner {

    static final int MOST_STEPS = 500;

    private static final int MOST_CONFLICTS = 10;
    private static final String NOTHING = "null";
    private static final int LONGEST_ARGUMENTS = 16 * 1024;

    /** Of what is signed off: fields and keys in one order, whatever maps they come from. */
    private static final JsonMapper ORDERED = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .build();

    private final Repository<Rollback> rollbacks;
    private final Connectors connectors;

    Planner(Repository<Rollback> rollbacks, Connectors connectors) {
        this.rollbacks = rollbacks;
        this.connectors = connectors;
    }

    @CommandHandler
    RollbackView handle(PlanRollback plan) throws Exception {
        RollbackId id = plan.rollback();
        List<Step> steps = steps(id.tenant(), plan.found());
        String digest = digest(plan.scope(), steps);
        return rollbacks
                .newInstance(() -> new Rollback(id, plan.scope(), plan.found().through(), steps, digest, plan.at()))
                .invoke(Rollback::view);
    }

    @CommandHandler
    RollbackView handle(StartRollback start) {
        Aggregate<Rollback> rollback = load(start.rollback());
        String now =
                digest(rollback.invoke(Rollback::scope), steps(start.rollback().tenant(), start.found()));
        rollback.execute(plan -> plan.start(start.digest(), start.includeConflicts(), now, start.at()));
        return rollback.invoke(Rollback::view);
    }

    @CommandHandler
    void handle(NoteAsked asked) {
        load(asked.rollback()).execute(plan -> plan.asked(asked.step(), asked.action(), asked.at()));
    }

    @CommandHandler
    void handle(EndStep end) {
        load(end.rollback()).execute(plan -> plan.end(end.step(), end.action(), end.outcome(), end.reason(), end.at()));
    }

    @CommandHandler
    void handle(EndRollback end) {
        load(end.rollback()).execute(plan -> plan.end(end.at()));
    }

    @CommandHandler
    RollbackView handle(ReadRollback read) {
        return load(read.rollback()).invoke(Rollback::view);
    }

    private Aggregate<Rollback> load(RollbackId rollback) {
        return rollbacks.load(rollback.toString());
    }

    /** Last effect first. */
    private List<Step> steps(TenantId tenant, PastEffects.Found found) {
        List<PastEffect> wanted = found.wanted();
        if (wanted.size() > MOST_STEPS) {
            throw new InvalidField(
                    "",
                    "scope",
                    "covers %,d effects, and a plan has at most %d: narrow it".formatted(wanted.size(), MOST_STEPS));
        }
        List<Step> steps = new ArrayList<>();
        for (PastEffect effect : wanted.reversed()) {
            steps.add(step(tenant, steps.size() + 1, effect, found.others()));
        }
        return steps;
    }

    private Step step(TenantId tenant, int number, PastEffect effect, List<PastEffect> others) {
        Answer answer = answer(tenant, effect);
        List<String> conflicts = answer.undo() == null
                ? List.of()
                : others.stream()
                        .filter(other -> other.sequence() > effect.sequence()
                                && other.state() != PastEffect.State.UNDONE
                                && other.touches(effect))
                        .map(PastEffect::action)
                        .limit(MOST_CONFLICTS)
                        .toList();
        return new Step(
                number,
                effect.action(),
                effect.workspace(),
                effect.agent(),
                effect.run(),
                effect.policyProfile(),
                effect.quotaClass(),
                effect.system(),
                effect.operation(),
                effect.target(),
                answer.verdict(),
                answer.reason(),
                answer.undo(),
                conflicts,
                effect.tries());
    }

    private record Answer(Step.Verdict verdict, @Nullable String reason, Step.@Nullable Undo undo) {

        static Answer no(Step.Verdict verdict, String reason) {
            return new Answer(verdict, reason, null);
        }
    }

    private Answer answer(TenantId tenant, PastEffect effect) {
        return switch (effect.state()) {
            case UNDONE -> Answer.no(Step.Verdict.UNDONE, "%s has undone it.".formatted(effect.undoneBy()));
            case RUNNING -> Answer.no(Step.Verdict.UNKNOWN, "It still runs.");
            case UNKNOWN ->
                Answer.no(
                        Step.Verdict.UNKNOWN,
                        "Nobody knows whether it was done: say it first with POST /v1/actions/%s:reconcile."
                                .formatted(effect.action()));
            case DONE ->
                effect.undoneBy() == null
                        ? undo(tenant, effect)
                        : Answer.no(Step.Verdict.UNKNOWN, "%s is to undo it.".formatted(effect.undoneBy()));
        };
    }

    private Answer undo(TenantId tenant, PastEffect effect) {
        try {
            Compensation compensation = connectors
                    .operation(tenant, effect.system(), effect.operation())
                    .compensation();
            if (compensation == null) {
                return Answer.no(
                        Step.Verdict.IRREVERSIBLE,
                        "The connector names nothing that undoes %s of %s."
                                .formatted(effect.operation(), effect.system()));
            }
            if (effect.given() == null || effect.result() == null && compensation.needsResult()) {
                return Answer.no(
                        Step.Verdict.IRREVERSIBLE,
                        "What was asked for or answered is not kept, and what undoes it is made of that.");
            }
            if (effect.prior() == null && compensation.needsPrior()) {
                return Answer.no(
                        Step.Verdict.IRREVERSIBLE,
                        "What was there before is not known: nobody looked then, or it is not kept.");
            }
            Compensation.Undo undo = compensation.of(
                    effect.system(),
                    effect.target(),
                    effect.given(),
                    Objects.requireNonNullElse(effect.result(), NOTHING),
                    Objects.requireNonNullElse(effect.prior(), NOTHING));
            String arguments = connectors
                    .operation(tenant, effect.system(), undo.operation())
                    .validated(undo.target(), undo.arguments());
            if (arguments.length() > LONGEST_ARGUMENTS) {
                return Answer.no(
                        Step.Verdict.IRREVERSIBLE,
                        "What would undo it has arguments of more than %,d characters.".formatted(LONGEST_ARGUMENTS));
            }
            return new Answer(
                    Step.Verdict.REVERSIBLE,
                    null,
                    new Step.Undo(undo.operation(), undo.target().fields(), arguments, effect.dataClasses()));
        } catch (Refusal unfit) {
            return Answer.no(
                    Step.Verdict.IRREVERSIBLE,
                    "What would undo it cannot be asked for: " + Objects.requireNonNull(unfit.getMessage()));
        }
    }

    private static String digest(RollbackScope scope, List<Step> steps) {
        try {
            byte[] said = ORDERED.writeValueAsString(List.of(scope, steps)).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(said));
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }
}
