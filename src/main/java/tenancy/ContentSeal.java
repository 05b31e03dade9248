package tenancy;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Seals what agents sent and got, each tenant's of each day (UTC) with a key of its own, so that it becomes unreadable for
 * ever when that key is destroyed, wherever copies of it are.
 */
public interface ContentSeal {

    /**
     * Seals with the tenant's key of today; empty if the tenant was erased: nothing of it is to be kept any more.
     *
     * @throws Unavailable if the keys cannot be reached
     */
    Optional<Sealed> seal(TenantId tenant, byte[] plain);

    /**
     * Opens what was sealed for this tenant in this period.
     *
     * @throws Unavailable if the keys cannot be reached
     */
    Opened open(TenantId tenant, String period, byte[] sealed);

    /** Which of the tenant's keys are there. */
    Left left(TenantId tenant);

    /** Its keys are destroyed: this node opens nothing of it any more. */
    void forget(TenantId tenant);

    /**
     * @param first the first day (UTC) of which there is a key; null if there is none
     * @param last the last one
     */
    record Left(long keys, @Nullable String first, @Nullable String last) {}

    /** @param period names the key: a day, such as {@code 2026-11-29} */
    @SuppressWarnings("ArrayRecordComponent") // written out once, never compared
    record Sealed(String period, byte[] bytes) {}

    /** What came of opening. */
    sealed interface Opened {

        @SuppressWarnings("ArrayRecordComponent") // read once, never compared
        record Plain(byte[] bytes) implements Opened {}

        /** The key was destroyed. */
        record Gone() implements Opened {}

        /** This was never sealed here, for this tenant, in this period. */
        record Foreign() implements Opened {}
    }
}
