package tenancy;

import java.util.List;
import org.axonframework.eventhandling.EventMessage;

/**
 * Rows that must be committed with the events they follow from: a queue entry, an idempotency key. The journal writer
 * runs one statement for all tenants' events and all these rows; a row's tenant is its event's tenant.
 *
 * <p>Every bean of this type takes part. It is called on the lane's thread, for each event, before the commit.
 */
public interface InlineRows {

    /** SQL identifier that is unique among all beans of this type. */
    String name();

    /**
     * One data-modifying statement that takes all its values from {@code unnest}, one {@code ?::type[]} for each of
     * {@link #types()}, and is right for any number of rows; it may not touch one row twice.
     */
    String statement();

    /** PostgreSQL element types of the arrays, in order, such as {@code text}, {@code int8}, {@code bytea}. */
    List<String> types();

    /**
     * How many leading values name the row that is touched, mostly tenant and key. Rows with equal ones in one lane
     * batch are written by statements of their own, one after another, in one transaction.
     */
    default int keyLength() {
        return 2;
    }

    /** Beans whose statements may touch the same row of one table give the same name here, and the same key. */
    default String table() {
        return name();
    }

    /**
     * Changes a row that is not written yet as this bean's statement would change it afterwards: then the first
     * statement writes what came of both.
     *
     * @param first the bean that the row is of, with the same {@link #table()} and key
     * @param row its values, to be changed
     * @param later this bean's values
     * @return false if that cannot be: then this bean's statement follows the other
     */
    default boolean onto(InlineRows first, Object[] row, Object[] later) {
        return false;
    }

    /** The values of the rows that follow from this event, each as long as {@link #types()}; mostly none or one. */
    List<Object[]> rows(EventMessage<?> event);

    /**
     * The refusal to give to the caller whose row broke this unique constraint.
     *
     * @param constraint the violated constraint's name, as PostgreSQL reports it
     * @return true if this bean's rows own the constraint: the command is then decided again, and finds what is there
     */
    boolean owns(String constraint);
}
