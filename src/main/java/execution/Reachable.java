package execution;

import execution.ActionEvent.Requested;
import execution.gateway.Declared;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tenancy.Effect;
import tenancy.Restriction;
import tenancy.Subject;
import tenancy.TenantContext;

/**
 * An admitted action as containments see it.
 *
 * @param reversible whether its connector declares that it can be undone
 * @param granted whether people have agreed to it
 */
record Reachable(Subject subject, Effect effect, boolean reversible, boolean granted) {

    private static final String AGENT_CLASS = "agent_class";
    private static final String DESTINATION = "destination";
    private static final String MODEL = "model";
    private static final String EFFECT = "effect";
    private static final String REVERSIBLE = "reversible";
    private static final String GRANTED = "granted";

    static Reachable of(TenantContext context, Requested requested, boolean granted) {
        return new Reachable(
                subject(
                        context,
                        requested.system(),
                        requested.operation(),
                        requested.agentClass(),
                        requested.destination(),
                        requested.model()),
                requested.effect(),
                isReversible(requested.declared()),
                granted);
    }

    /** Of which no more is known: like what can do most. */
    static Reachable of(TenantContext context, String system, String operation) {
        return of(context, system, operation, Map.of());
    }

    /** @param kept what {@link #texts} gave */
    static Reachable of(TenantContext context, String system, String operation, Map<String, String> kept) {
        String effect = kept.get(EFFECT);
        return new Reachable(
                subject(context, system, operation, kept.get(AGENT_CLASS), kept.get(DESTINATION), kept.get(MODEL)),
                effect == null ? Effect.HIGH_RISK : Effect.valueOf(effect),
                kept.containsKey(REVERSIBLE),
                kept.containsKey(GRANTED));
    }

    /** What a queue entry keeps of it, beside its context. */
    static Map<String, String> texts(Requested requested, boolean granted) {
        Map<String, String> texts = new HashMap<>();
        texts.put(AGENT_CLASS, requested.agentClass());
        texts.put(DESTINATION, requested.destination());
        if (requested.model() != null) {
            texts.put(MODEL, requested.model());
        }
        texts.put(EFFECT, requested.effect().name());
        if (isReversible(requested.declared())) {
            texts.put(REVERSIBLE, "true");
        }
        if (granted) {
            texts.put(GRANTED, "true");
        }
        return texts;
    }

    static boolean isReversible(@Nullable Declared declared) {
        return declared != null && Boolean.TRUE.equals(declared.reversible());
    }

    /** Whether it may not start under this restriction. */
    boolean isStoppedBy(Restriction restriction) {
        return !restriction.posture().allows(effect, reversible) || restriction.asksPeople() && !granted;
    }

    /** Whether it may not go on once it has started: nobody has to be asked any more. */
    boolean isEndedBy(Restriction restriction) {
        return !restriction.posture().allows(effect, reversible);
    }

    private static Subject subject(
            TenantContext context,
            String system,
            String operation,
            @Nullable String agentClass,
            @Nullable String destination,
            @Nullable String model) {
        var workspace = context.workspace();
        var agent = context.agent();
        var run = context.run();
        return new Subject(
                workspace == null ? null : workspace.key(),
                agentClass,
                agent == null ? null : agent.key(),
                run == null ? null : run.key(),
                system,
                operation,
                destination,
                model,
                null);
    }
}
