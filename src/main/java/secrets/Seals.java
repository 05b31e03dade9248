package secrets;

import tenancy.KeySeal;
import tenancy.TenantId;

/** Seals what a tenant keeps here, under that tenant's own data key. */
public interface Seals extends KeySeal {

    /**
     * Seals bytes for one place. What is sealed opens for this tenant at this place and nowhere else.
     *
     * @param place such as {@code secret/zendesk/3}; part of what is authenticated, not stored
     */
    @Override
    byte[] seal(TenantId tenant, String place, byte[] plain);

    /** @throws Unsealable if it was sealed for another tenant or place, or is not what was sealed */
    @Override
    byte[] open(TenantId tenant, String place, byte[] sealed);

    /** What is there does not open. Says where, and nothing of what. */
    final class Unsealable extends RuntimeException {

        private static final long serialVersionUID = 1;

        public Unsealable(TenantId tenant, String place) {
            super("What %s has sealed at %s does not open.".formatted(tenant, place));
        }
    }
}
