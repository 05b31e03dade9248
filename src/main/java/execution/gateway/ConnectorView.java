package execution.gateway;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A connector as its tenant sees it.
 *
 * @param version 1, 2, 3 …; the ETag, and what If-Match must name to change it
 * @param digest SHA-256 over the canonical document, lower-case hex
 * @param quarantined operations that are not called until somebody accepts what they have become
 * @param catalogue where it was adopted from; absent if it never was
 */
record ConnectorView(
        String system,
        long version,
        String digest,
        Instant definedAt,
        JsonNode document,
        List<QuarantineView> quarantined,
        @Nullable Adopted catalogue) {

    ConnectorView {
        quarantined = List.copyOf(quarantined);
    }

    /**
     * What the catalogue has to do with it.
     *
     * @param version of the catalogue that was adopted
     * @param asAdopted whether the tenant has changed nothing of it since
     * @param newest the catalogue's version now; if it is another one, the catalogue has moved on
     */
    record Adopted(
            long version, boolean asAdopted, @Nullable Long newest) {}

    /** The same, beside what the catalogue says now; absent if it has none of this name any more. */
    ConnectorView beside(@Nullable Long newest) {
        return catalogue == null
                ? this
                : new ConnectorView(
                        system,
                        version,
                        digest,
                        definedAt,
                        document,
                        quarantined,
                        new Adopted(catalogue.version(), catalogue.asAdopted(), newest));
    }
}
