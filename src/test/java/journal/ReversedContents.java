package journal;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tenancy.ContentSeal;
import tenancy.TenantId;

/** Seals by turning bytes around, so that tests see what is sealed; one period, {@code then}, of each tenant. */
final class ReversedContents implements ContentSeal {

    private static final String PERIOD = "then";
    private final Set<TenantId> sealedFor = ConcurrentHashMap.newKeySet();
    private final Set<TenantId> gone = ConcurrentHashMap.newKeySet();

    @Override
    public Optional<Sealed> seal(TenantId tenant, byte[] plain) {
        sealedFor.add(tenant);
        return gone.contains(tenant) ? Optional.empty() : Optional.of(new Sealed(PERIOD, reversed(plain)));
    }

    @Override
    public Opened open(TenantId tenant, String period, byte[] sealed) {
        if (!sealedFor.contains(tenant) || !period.equals(PERIOD)) {
            return new Opened.Foreign();
        }
        return gone.contains(tenant) ? new Opened.Gone() : new Opened.Plain(reversed(sealed));
    }

    @Override
    public Left left(TenantId tenant) {
        return new Left(sealedFor.contains(tenant) ? 1 : 0, PERIOD, PERIOD);
    }

    @Override
    public void forget(TenantId tenant) {
        gone.add(tenant);
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] turned = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            turned[i] = bytes[bytes.length - 1 - i];
        }
        return turned;
    }
}
