package execution;

import execution.ActionEvent.Hold;
import execution.ActionEvent.Need;
import execution.ActionEvent.Requested;
import execution.ActionEvent.Ruling;
import execution.gateway.CanonicalJson;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.springframework.stereotype.Component;
import tenancy.ActionId;
import tenancy.Cause;
import tenancy.TenantId;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What is asked of people: to what exactly they agree, until when, and of how many actions at a time. */
@Component
class Holds {

    /** How many actions of a tenant wait for people, as committed. */
    interface Count {
        long open(TenantId tenant);
    }

    /** Tells, at some time and at least once, that an action's time may be over. */
    interface Deadlines {
        void set(ActionId action, Instant at);
    }

    private static final String IN_THIS_BATCH = Holds.class.getName();

    private final Count count;
    private final Deadlines deadlines;
    private final ApprovalSettings settings;

    Holds(Count count, Deadlines deadlines, ApprovalSettings settings) {
        this.count = count;
        this.deadlines = deadlines;
        this.settings = settings;
    }

    /** The cause if as many actions as may already wait for people; used inside the tenant's lane only. */
    Optional<Cause> full(TenantId tenant) {
        long open = count.open(tenant) + inThisBatch().get();
        return open < settings.mostHeld()
                ? Optional.empty()
                : Optional.of(
                        Cause.limit(Cause.Owner.TENANT, "capacity", "held_actions", open, settings.mostHeld(), null));
    }

    /** Holds an action with the unit of work at hand. */
    Hold open(ActionId action, Requested requested, Ruling ruling, List<Need> needs, Instant now) {
        long seconds = needs.stream().mapToLong(Need::validSeconds).min().orElseThrow();
        var hold = new Hold(
                needs, digest(requested, ruling), now.plusSeconds(seconds).truncatedTo(ChronoUnit.MILLIS));
        inThisBatch().incrementAndGet();
        deadlines.set(action, hold.expiresAt());
        return hold;
    }

    /** Its time may be over then. */
    void lookAgain(ActionId action, Instant at) {
        deadlines.set(action, at);
    }

    /** Rows of the batch at hand are not committed yet, and not counted by the table. */
    private static AtomicLong inThisBatch() {
        return CurrentUnitOfWork.get().root().getOrComputeResource(IN_THIS_BATCH, none -> new AtomicLong());
    }

    /**
     * SHA-256 over the canonical JSON (RFC 8785) of what is agreed to. One argument, another version of the policy or
     * another description of the operation, and it is something else.
     */
    static String digest(Requested requested, Ruling ruling) {
        ObjectNode agreed = JsonNodeFactory.instance.objectNode();
        agreed.put("system", requested.system());
        agreed.put("operation", requested.operation());
        agreed.set("arguments", StoredJson.tree(requested.given()));
        ObjectNode target = agreed.putObject("target");
        requested.target().forEach(target::put);
        agreed.put("policy_version", ruling.version());
        ArrayNode rules = agreed.putArray("rules");
        ruling.rules()
                .forEach(rule -> rules.addObject()
                        .put("rule", rule.rule())
                        .put("layer", rule.layer())
                        .put("version", rule.version()));
        agreed.put("destination", requested.destination());
        agreed.put("schema_digest", requested.schemaDigest());
        return CanonicalJson.digest(agreed);
    }

    /** Why an action that is held is not plain progress. */
    static Cause cause(Hold hold, Ruling ruling) {
        return new Cause(
                Cause.Owner.POLICY,
                "approval",
                null,
                null,
                null,
                null,
                hold.needs().getFirst().rule(),
                ruling.version(),
                "Waits for %s, until %s.".formatted(Held.whom(hold.needs()), hold.expiresAt()));
    }

    static String remedy(String action) {
        return "have it granted: POST " + link(action) + ":grant";
    }

    /** Where it can be granted. */
    static String link(String action) {
        return "/v1/approvals/" + action;
    }
}
