package journal;

import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What a failed commit means for those that were in it. */
enum Failure {
    /** Another writer has this tenant's next numbers: read them again. */
    NUMBER_TAKEN,
    /** Some append builds on a state of its aggregate that is no longer the last. */
    SEQUENCE_TAKEN,
    /** Whether it was committed is not known. */
    CONNECTION_LOST,
    /** Nobody's fault, and over soon. */
    PASSING,
    /** Some append cannot be stored as it is. */
    GUILTY;

    private static final String EVENT_KEY = "event_pkey";
    private static final String EVENT_SEQUENCE = "event_aggregate_sequence";
    /** Serialization, deadlock, lock and statement timeout. */
    private static final Set<String> PASSING_STATES = Set.of("40001", "40P01", "55P03", "57014");
    /** Disk full, out of memory, too many connections; and a server that is not, or no longer, the primary. */
    private static final Set<String> SERVER_STATES = Set.of("25006", "25P03", "57P01", "57P02", "57P03", "57P05");

    static Failure of(SQLException failed) {
        String state = Objects.requireNonNullElse(failed.getSQLState(), "08000");
        if (state.equals("23505")) {
            String constraint = constraint(failed).orElse("");
            return switch (constraint) {
                case EVENT_KEY -> NUMBER_TAKEN;
                case EVENT_SEQUENCE -> SEQUENCE_TAKEN;
                default -> GUILTY;
            };
        }
        if (PASSING_STATES.contains(state)) {
            return PASSING;
        }
        boolean lost = state.startsWith("08") || state.startsWith("53") || SERVER_STATES.contains(state);
        return lost || failed instanceof java.sql.SQLTransientConnectionException ? CONNECTION_LOST : GUILTY;
    }

    /** The constraint that was broken, as PostgreSQL names it. */
    static Optional<String> constraint(SQLException failed) {
        return Optional.of(failed)
                .filter(PSQLException.class::isInstance)
                .map(PSQLException.class::cast)
                .map(PSQLException::getServerErrorMessage)
                .map(ServerErrorMessage::getConstraint);
    }
}
