package policy;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import policy.PolicyDocument.Records;
import tenancy.TenantId;

/** Audit levels, read from the tenant's own layer in the tenant's lane; a tenant without one costs no look. */
@Component
class StoredAuditLevels implements AuditLevels {

    private final Books books;
    private final KnownBooks known;

    StoredAuditLevels(Books books, KnownBooks known) {
        this.books = books;
        this.known = known;
    }

    @Override
    public AuditLevel of(TenantId tenant) {
        @Nullable Set<String> layers = known.layersOf(tenant);
        if (layers == null || !layers.contains(Layer.OF_TENANT)) {
            return AuditLevel.FULL;
        }
        return books.in(new ProfileId(tenant, Layer.OF_TENANT), PolicyBook::inForce)
                .map(version -> level(version.document().records()))
                .orElse(AuditLevel.FULL);
    }

    /** A word that nobody knows keeps least. */
    private static AuditLevel level(@Nullable Records records) {
        String word = records == null ? null : records.payloads();
        return word == null ? AuditLevel.FULL : AuditLevel.of(word).orElse(AuditLevel.NONE);
    }
}
