package audit;

import java.time.Instant;
import java.util.regex.Pattern;
import journal.Journal;
import org.jspecify.annotations.Nullable;
import tenancy.ActionId;
import tenancy.AgentId;
import tenancy.InvalidField;
import tenancy.RunId;
import tenancy.TenantContext;

/**
 * The filters of a journal request, as query parameters.
 *
 * @param type logical name of an event, such as {@code action_queued}
 * @param from inclusive, ISO-8601 instant
 * @param until exclusive, ISO-8601 instant
 */
record JournalFilter(
        @Nullable String run,
        @Nullable String agent,
        @Nullable String action,
        @Nullable String type,
        @Nullable Instant from,
        @Nullable Instant until) {

    private static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9_]{0,63}");

    /** Checks each filter against the rule of what it names; ids are the caller's own tenant's by construction. */
    Journal.Filter checked(TenantContext context) {
        if (type != null && !TYPE.matcher(type).matches()) {
            throw new InvalidField("/type", "unknown_type", "must be the snake_case name of an event");
        }
        if (from != null && until != null && !from.isBefore(until)) {
            throw new InvalidField("/until", "range", "must be later than from");
        }
        return new Journal.Filter(
                run == null ? null : new RunId(context.tenant(), run).key(),
                agent == null ? null : new AgentId(context.tenant(), agent).key(),
                action == null ? null : new ActionId(context.tenant(), action).key(),
                type,
                from,
                until);
    }
}
