package tenancy;

/** Seals the platform's own keys, so that the database alone is of no use. */
public interface KeySeal {

    /**
     * Seals bytes for one place. What is sealed opens for this tenant at this place and nowhere else.
     *
     * @param place part of what is authenticated, not stored
     */
    byte[] seal(TenantId tenant, String place, byte[] plain);

    /** Opens what was sealed for this tenant and place; throws for anything else. */
    byte[] open(TenantId tenant, String place, byte[] sealed);
}
