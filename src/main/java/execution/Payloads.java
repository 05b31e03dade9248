package execution;

import execution.ActionEvent.Requested;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import policy.AuditLevel;
import policy.AuditLevels;
import tenancy.ActionId;
import tenancy.Conflict;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/**
 * Arguments of actions whose tenant does not want them in its journal. What is needed to run them is a row, written with
 * the decision and deleted with the action's end; no event ever holds it.
 */
@Component
class Payloads {

    private static final String LOOK_UP = "select arguments from execution.payload where tenant_id = ? and action = ?";

    private final AuditLevels levels;
    private final JdbcTemplate database;
    private final TenantTransactions transactions;
    private final StagedPayloads staged;

    Payloads(AuditLevels levels, StagedPayloads staged, JdbcTemplate database, TenantTransactions transactions) {
        this.levels = levels;
        this.staged = staged;
        this.database = database;
        this.transactions = transactions;
    }

    /** A request that goes on, as it is journaled; its arguments are kept with the unit of work at hand. */
    Requested kept(ActionId action, Requested whole) {
        Requested journaled = refused(action.tenant(), whole);
        if (journaled.kept() != null) {
            staged.stage(action, whole.given());
        }
        return journaled;
    }

    /** A request that ends here, as it is journaled: nobody needs its arguments any more. */
    Requested refused(TenantId tenant, Requested whole) {
        AuditLevel level = levels.of(tenant);
        return level == AuditLevel.FULL ? whole : whole.apart(level);
    }

    /** The request as it is described now, journaled as it was at first: an action's level never changes. */
    static Requested like(Requested first, Requested whole) {
        return first.kept() == null ? whole : whole.apart(first.kept().level());
    }

    /**
     * A request of this journal with its arguments; used until the action has ended.
     *
     * @throws Conflict {@code contents_destroyed} if they were sealed so long ago that their key is gone
     */
    Requested whole(ActionId action, Requested journaled) {
        if (journaled.areContentsGone()) {
            throw new Conflict(
                    "contents_destroyed",
                    "What action %s was asked with is past the days for which it is kept, and cannot be read any more."
                            .formatted(action.key()));
        }
        return journaled.kept() == null
                ? journaled
                : journaled.with(arguments(action)
                        .orElseThrow(() ->
                                new IllegalStateException("The arguments of action %s are gone.".formatted(action))));
    }

    /** Empty once the action has ended, and for those whose journal has them. */
    Optional<String> arguments(ActionId action) {
        Optional<String> uncommitted = staged.find(action);
        if (uncommitted.isPresent()) {
            return uncommitted;
        }
        List<String> found = transactions.in(
                action.tenant(),
                () -> database.queryForList(
                        LOOK_UP, String.class, action.tenant().value(), action.key()));
        return found.stream().findFirst();
    }
}
