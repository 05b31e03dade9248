package tenancy.registry;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tenancy.Signatures.Proof;

/**
 * What was destroyed of a tenant, and what was not.
 *
 * @param event the journal's entry that destroyed it, which can be proven to be in the journal
 * @param contentKeys how many keys, each of one day's contents, were destroyed with it
 * @param firstDay the first of these days (UTC); absent if there was none
 * @param destroyed what nobody can read any more
 * @param kept what can still be read
 * @param copies what an operator has to see to: no platform reaches copies that were made of its database
 */
record ErasureCertificate(
        String type,
        String tenantId,
        String event,
        Instant erasedAt,
        String erasedBy,
        String reason,
        long contentKeys,
        @Nullable String firstDay,
        @Nullable String lastDay,
        List<String> destroyed,
        List<String> kept,
        String copies) {

    static final String TYPE = "firebreak.erasure_certificate.v1";

    private static final List<String> DESTROYED = List.of(
            "arguments, targets and results of actions, as sealed in the journal and in snapshots",
            "arguments and targets in rollback plans",
            "secrets and the key that sealed them",
            "arguments kept apart from the journal, webhook deliveries and webhook secrets");
    private static final List<String> KEPT = List.of(
            "entries that an older release wrote before contents were sealed, as they were",
            "that, when and by whom each action was asked for, decided on and done, with operation, system, destination,"
                    + " amounts and digests",
            "names of the tenant, its workspaces, agents, runs and keys, and who acted",
            "policies, quotas, connectors, containments and incidents, with the words that people gave as their reasons");
    private static final String COPIES =
            "Copies of the database made before hold what was destroyed, as far as the wrapping key of then is still had.";

    ErasureCertificate(
            String tenantId,
            String event,
            Instant erasedAt,
            String erasedBy,
            String reason,
            long contentKeys,
            @Nullable String firstDay,
            @Nullable String lastDay) {
        this(
                TYPE,
                tenantId,
                event,
                erasedAt,
                erasedBy,
                reason,
                contentKeys,
                firstDay,
                lastDay,
                DESTROYED,
                KEPT,
                COPIES);
    }

    /** @param proof over the certificate's exact bytes, which it holds */
    record Signed(ErasureCertificate certificate, Proof proof) {}
}
