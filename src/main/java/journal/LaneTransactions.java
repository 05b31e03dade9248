package journal;

import org.axonframework.common.transaction.Transaction;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import tenancy.TenantContext;

/**
 * Transactions of lanes: nothing is opened at the start. What was staged is handed to the writer at the commit, which
 * waits until it is durable; a rollback just drops it.
 */
class LaneTransactions implements TransactionManager {

    private final JournalWriter writer;

    LaneTransactions(JournalWriter writer) {
        this.writer = writer;
    }

    @Override
    public Transaction startTransaction() {
        var metaData = CurrentUnitOfWork.get().root().getMessage().getMetaData();
        if (!(metaData.get(TenantContext.TENANT) instanceof String tenant)) {
            throw new IllegalStateException("A command without a tenant has no lane");
        }
        var append = new Append(tenant);
        append.bindToCurrent();
        Stage stage = Stage.current();
        return new Transaction() {
            @Override
            public void commit() {
                if (append.events().isEmpty()) {
                    stage.commitNothing();
                } else {
                    stage.commit(() -> writer.write(append));
                }
            }

            @Override
            public void rollback() {
                // Nothing left the process.
            }
        };
    }
}
