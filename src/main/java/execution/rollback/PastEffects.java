package execution.rollback;

import execution.ActionEvent;
import execution.ActionEvent.ActionCompensated;
import execution.ActionEvent.ActionFailed;
import execution.ActionEvent.ActionHeld;
import execution.ActionEvent.ActionOutcomeUnknown;
import execution.ActionEvent.ActionQueued;
import execution.ActionEvent.ActionReconciled;
import execution.ActionEvent.ActionReleased;
import execution.ActionEvent.ActionRequeued;
import execution.ActionEvent.ActionStarted;
import execution.ActionEvent.ActionSucceeded;
import execution.ActionEvent.ApprovalRequested;
import execution.ActionEvent.PriorRead;
import execution.ActionEvent.Requested;
import execution.ActionState;
import execution.ActionView;
import execution.Actions;
import execution.rollback.RollbackEvent.StepAsked;
import execution.rollback.RollbackEvent.StepEnded;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.axonframework.messaging.MetaData;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tenancy.ActionId;
import tenancy.Effect;
import tenancy.InvalidField;
import tenancy.NotFound;
import tenancy.PastEvents;
import tenancy.PastEvents.Past;
import tenancy.TenantContext;
import tenancy.TenantId;

/** Reads a tenant's effects back out of its journal, in the order in which they were begun. Changes nothing. */
@Component
class PastEffects {

    private static final int MOST_EFFECTS = 200_000;
    private static final Set<Class<?>> TYPES = Set.of(
            ActionQueued.class,
            ActionHeld.class,
            ApprovalRequested.class,
            ActionReleased.class,
            ActionStarted.class,
            PriorRead.class,
            ActionRequeued.class,
            ActionSucceeded.class,
            ActionFailed.class,
            ActionOutcomeUnknown.class,
            ActionReconciled.class,
            ActionCompensated.class,
            StepAsked.class,
            StepEnded.class);

    private final PastEvents past;
    private final Actions actions;

    PastEffects(PastEvents past, Actions actions) {
        this.past = past;
        this.actions = actions;
    }

    /**
     * What was read.
     *
     * @param through the journal's last entry that was taken into account
     * @param wanted effects in the scope, oldest first; none that only undid another one
     * @param others effects outside of it, oldest first
     */
    record Found(long through, List<PastEffect> wanted, List<PastEffect> others) {}

    /** @throws InvalidField if there are too many effects to look at */
    Found read(TenantId tenant, RollbackScope scope) {
        long through = past.last(tenant);
        var story = new Story(tenant, scope);
        long after = 0;
        boolean more = true;
        while (more) {
            List<Past> page = past.read(tenant, TYPES, scope.from(), null, after, through, PastEvents.MOST);
            page.forEach(story::then);
            more = !page.isEmpty();
            after = more ? page.getLast().sequence() : through;
        }
        return story.found(through);
    }

    /** What an action was asked to do, and on whose behalf. */
    private record Asked(
            String system,
            String operation,
            Effect effect,
            Map<String, String> target,
            @Nullable String given,
            List<String> dataClasses) {

        static Asked of(Requested requested) {
            return new Asked(
                    requested.system(),
                    requested.operation(),
                    requested.effect(),
                    requested.target(),
                    requested.arguments(),
                    requested.dataClasses());
        }

        static Asked of(ActionView view) {
            return new Asked(
                    view.system(),
                    view.operation(),
                    view.effect(),
                    view.target(),
                    view.arguments() == null ? null : view.arguments().toString(),
                    view.dataClasses());
        }
    }

    /** One effect while its story is read. */
    private static final class Open {
        final long sequence;
        final Asked asked;
        final MetaData context;
        final boolean wanted;
        PastEffect.State state = PastEffect.State.RUNNING;

        @Nullable
        String result;

        Open(long sequence, Asked asked, MetaData context, boolean wanted) {
            this.sequence = sequence;
            this.asked = asked;
            this.context = context;
            this.wanted = wanted;
        }
    }

    /** The journal, told event by event. */
    private final class Story {
        private final TenantId tenant;
        private final RollbackScope scope;
        private final Map<String, Asked> asked = new HashMap<>();
        private final Map<String, Open> effects = new LinkedHashMap<>();
        /** What was there before the first attempt: what a later one would see, the first may have changed. */
        private final Map<String, String> priors = new HashMap<>();
        /** Actions that were asked for to undo others, and which. */
        private final Map<String, String> undoing = new HashMap<>();

        private final Map<String, String> undoneBy = new HashMap<>();
        private final Map<String, Integer> tries = new HashMap<>();

        Story(TenantId tenant, RollbackScope scope) {
            this.tenant = tenant;
            this.scope = scope;
        }

        void then(Past entry) {
            switch (entry.event()) {
                case StepAsked step -> {
                    undoing.put(step.action(), step.undoes());
                    undoneBy.put(step.undoes(), step.action());
                }
                case StepEnded step -> {
                    if (step.action() != null && !step.outcome().equals(ActionState.SUCCEEDED.word())) {
                        tries.merge(step.undoes(), 1, Integer::sum);
                        undoneBy.remove(step.undoes(), step.action());
                    }
                }
                case ActionEvent event -> then(event, entry);
                default -> {}
            }
        }

        private void then(ActionEvent event, Past entry) {
            if (asked.size() > MOST_EFFECTS) {
                throw tooMany();
            }
            String action = event.action();
            switch (event) {
                case ActionQueued queued -> asked.put(action, Asked.of(queued.requested()));
                case ActionHeld held -> asked.put(action, Asked.of(held.requested()));
                case ApprovalRequested again -> asked.put(action, Asked.of(again.requested()));
                case ActionReleased released -> asked.put(action, Asked.of(released.requested()));
                case ActionStarted started -> start(action, started.startedAt(), entry);
                case PriorRead read -> before(action, read.prior());
                case ActionRequeued _ -> effects.remove(action);
                case ActionSucceeded done -> end(action, PastEffect.State.DONE, done.result());
                case ActionFailed _ -> effects.remove(action);
                case ActionOutcomeUnknown _ -> end(action, PastEffect.State.UNKNOWN, null);
                case ActionReconciled known -> {
                    if (known.outcome() == ActionState.SUCCEEDED) {
                        end(action, PastEffect.State.DONE, null);
                    } else {
                        effects.remove(action);
                    }
                }
                case ActionCompensated undone -> {
                    end(action, PastEffect.State.UNDONE, null);
                    undoneBy.put(action, undone.by());
                }
                default -> {}
            }
        }

        private void start(String action, Instant at, Past entry) {
            Asked what = asked.containsKey(action) ? asked.remove(action) : lookedUp(action);
            if (what == null || what.effect() == Effect.READ) {
                return;
            }
            MetaData context = entry.metaData();
            boolean wanted = scope.covers(
                    text(context, TenantContext.RUN), text(context, TenantContext.AGENT), what.system(), at);
            effects.put(
                    action,
                    new Open(
                            entry.sequence(),
                            wanted
                                    ? what
                                    : new Asked(
                                            what.system(),
                                            what.operation(),
                                            what.effect(),
                                            what.target(),
                                            null,
                                            List.of()),
                            wanted ? context : MetaData.emptyInstance(),
                            wanted));
            if (effects.size() > MOST_EFFECTS) {
                throw tooMany();
            }
        }

        private static InvalidField tooMany() {
            return new InvalidField(
                    "/from",
                    "range",
                    "must be later: there are more than %,d effects since, or actions that were never started"
                            .formatted(MOST_EFFECTS));
        }

        /** What was asked for before the time that is looked at. */
        private @Nullable Asked lookedUp(String action) {
            try {
                return Asked.of(actions.find(new ActionId(tenant, action), null));
            } catch (NotFound gone) {
                return null;
            }
        }

        private void before(String action, @Nullable String prior) {
            Open effect = effects.get(action);
            if (effect != null && effect.wanted && prior != null) {
                priors.put(action, prior);
            }
        }

        private void end(String action, PastEffect.State state, @Nullable String result) {
            Open effect = effects.get(action);
            if (effect != null) {
                effect.state = state;
                if (result != null && effect.wanted) {
                    effect.result = result;
                }
            }
        }

        Found found(long through) {
            List<PastEffect> wanted = new ArrayList<>();
            List<PastEffect> others = new ArrayList<>();
            effects.forEach((action, effect) -> {
                if (!undoing.containsKey(action)) {
                    (effect.wanted ? wanted : others).add(told(action, effect));
                }
            });
            return new Found(through, wanted, others);
        }

        private PastEffect told(String action, Open effect) {
            return new PastEffect(
                    effect.sequence,
                    action,
                    text(effect.context, TenantContext.WORKSPACE),
                    text(effect.context, TenantContext.AGENT),
                    text(effect.context, TenantContext.RUN),
                    text(effect.context, TenantContext.PROFILE),
                    text(effect.context, TenantContext.QUOTA_CLASS),
                    effect.asked.system(),
                    effect.asked.operation(),
                    effect.asked.target(),
                    effect.asked.given(),
                    effect.asked.dataClasses(),
                    effect.state,
                    effect.result,
                    priors.get(action),
                    undoneBy.get(action),
                    tries.getOrDefault(action, 0));
        }
    }

    private static String text(MetaData context, String key) {
        return context.get(key) instanceof String text ? text : "";
    }
}
