package tenancy;

import java.time.Instant;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Forgets rows after their time although the journal still tells of them. A rebuild has the same done to its copies, so
 * that nothing comes back.
 */
public interface Forgetting {

    /** The tables whose rows are forgotten, with their schema. */
    Set<String> tables();

    /**
     * Forgets whatever is past its time at that moment, a bounded number of rows in each transaction.
     *
     * @param said tells how to send each statement: as it is, or about copies of the tables
     */
    void forget(Instant now, UnaryOperator<String> said);
}
