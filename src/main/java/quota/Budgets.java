package quota;

import java.time.Instant;
import java.util.Optional;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;
import org.springframework.stereotype.Component;
import tenancy.TenantId;

/** Each tenant's ledger, opened when it is first needed. Only inside the tenant's lane. */
@Component
class Budgets {

    private final Repository<Budget> budgets;

    Budgets(Repository<Budget> budgets) {
        this.budgets = budgets;
    }

    Optional<Aggregate<Budget>> find(TenantId tenant) {
        try {
            return Optional.of(budgets.load(new BudgetId(tenant).toString()));
        } catch (AggregateNotFoundException neverUsed) {
            return Optional.empty();
        }
    }

    /**
     * Opens the ledger of a tenant that has none. A later command of the same batch finds it by {@link #find}, and
     * after a rollback it does not exist. Not load-or-create: that keeps the aggregate's lock when creation throws.
     */
    Aggregate<Budget> open(TenantId tenant, Instant now) {
        try {
            return budgets.newInstance(() -> new Budget(new BudgetId(tenant), now));
        } catch (RuntimeException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new IllegalStateException("The budget of %s could not be opened".formatted(tenant), failed);
        }
    }

    Aggregate<Budget> findOrOpen(TenantId tenant, Instant now) {
        return find(tenant).orElseGet(() -> open(tenant, now));
    }
}
