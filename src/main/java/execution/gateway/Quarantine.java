package execution.gateway;

import execution.gateway.ConnectorEvent.OperationQuarantined;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tenancy.Conflict;
import tools.jackson.databind.JsonNode;

/**
 * Why one operation of a connector is not called until somebody accepts what it has become.
 *
 * @param acceptedDigest of the description that was accepted
 * @param offeredDigest of the one that waits; absent where the upstream has the operation no more
 * @param more how many changes there are beside those that are listed
 * @param offered the operation as JSON, as it was drafted from the upstream; absent where it cannot be drafted, or
 *     where it is in the connector's document already
 * @param before what was accepted as JSON, where what waits is in the document already; else absent
 */
record Quarantine(
        String operation,
        String acceptedDigest,
        @Nullable String offeredDigest,
        List<Change> changes,
        int more,
        @Nullable String offered,
        @Nullable String before,
        Instant since) {

    Quarantine {
        changes = List.copyOf(changes);
    }

    /** What waits is not the upstream's, but stands in the document: it came with the catalogue's new version. */
    boolean inPlace() {
        return before != null;
    }

    boolean gone() {
        return offeredDigest == null;
    }

    /** Whether there is something that could be accepted. */
    boolean offersSomething() {
        return offered != null || inPlace();
    }

    /** Whether it is about what this document says of the operation. */
    boolean isAbout(JsonNode document) {
        JsonNode described = document.path("operations").path(operation);
        if (described.isMissingNode()) {
            return false;
        }
        return inPlace()
                ? Pinned.digest(document, operation).equals(offeredDigest)
                : acceptedDigest.equals(Pinned.upstream(described));
    }

    static Quarantine of(OperationQuarantined event, Instant since) {
        JsonNode offered = event.offered();
        JsonNode before = event.before();
        return new Quarantine(
                event.operation(),
                event.acceptedDigest(),
                event.offeredDigest(),
                event.changes(),
                event.more(),
                offered == null ? null : offered.toString(),
                before == null ? null : before.toString(),
                since);
    }

    /** @throws Conflict if there is nothing to accept, or something else than this */
    void checkAccept(String digest) {
        if (!offersSomething()) {
            throw new Conflict(
                    "nothing_offered",
                    "There is nothing to accept of %s: its upstream has it no more, or not in a form that can be called."
                            .formatted(operation));
        }
        if (!digest.equals(offeredDigest)) {
            throw new Conflict(
                    "offer_changed",
                    "What waits of %s is not what this digest stands for; read it again before you accept it."
                            .formatted(operation));
        }
    }

    boolean offers(Finding finding) {
        boolean acceptable = finding.offered() != null || finding.before() != null;
        return Objects.equals(offeredDigest, finding.offeredDigest()) && offersSomething() == acceptable;
    }

    QuarantineView view(String system) {
        return new QuarantineView(
                operation,
                since,
                acceptedDigest,
                offeredDigest,
                changes,
                more,
                offered == null ? null : CanonicalJson.read(offered, ""),
                !offersSomething() ? null : "/v1/connectors/%s/operations/%s:accept".formatted(system, operation));
    }
}
