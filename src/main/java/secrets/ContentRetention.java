package secrets;

import java.time.LocalDate;
import tenancy.TenantId;

/** Makes what agents sent and got unreadable, by destroying the keys that it was sealed with. */
public interface ContentRetention {

    /**
     * Destroys a tenant's keys of all days (UTC) up to this one, and writes that into its journal. When it returns,
     * nothing that was sealed on those days opens on this node any more, and on no other ten seconds later.
     *
     * @return how many keys were destroyed; 0 if none was left
     */
    long destroyThrough(TenantId tenant, LocalDate last);
}
