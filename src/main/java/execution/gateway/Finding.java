package execution.gateway;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tenancy.Effect;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a comparison found about one operation; that it is what was accepted is a finding too.
 *
 * @param offered the operation as it was drafted; absent where it cannot be, or stands in the document
 * @param before what was accepted, where what is found stands in the document that comes with it
 */
record Finding(
        String operation,
        String acceptedDigest,
        @Nullable String offeredDigest,
        List<Change> changes,
        int more,
        @Nullable JsonNode offered,
        @Nullable JsonNode before) {

    /** What an upstream says of an operation; the rest of a description is the tenant's own. */
    private static final Set<String> UPSTREAMS = Set.of(
            "description",
            "method",
            "path",
            "query",
            "body",
            "target_schema",
            "argument_schema",
            "result_schema",
            "upstream");

    /** Most characters of one operation that waits: what waits stays in memory. */
    private static final int MOST_WAITING = 64 * 1024;

    private static final String EFFECT = "effect";
    private static final String KEPT_OF_UPSTREAM = "error_effect";

    Finding {
        changes = List.copyOf(changes);
    }

    /** How many characters of it wait to be accepted. */
    int waiting() {
        return offered == null || isSame() ? 0 : offered.toString().length();
    }

    /** The same, where there is no room for what is offered. */
    Finding withoutOffer(String why) {
        return unacceptable(operation, acceptedDigest, Objects.requireNonNull(offeredDigest), why);
    }

    boolean isSame() {
        return acceptedDigest.equals(offeredDigest);
    }

    /** @param offer what the upstream has in its place; absent if nothing */
    static Finding of(String name, JsonNode operation, @Nullable Offer offer) {
        String accepted = Pinned.upstream(operation);
        if (offer == null) {
            return new Finding(name, accepted, null, List.of(), 0, null, null);
        }
        JsonNode drafted = offer.operation();
        if (drafted == null) {
            return unacceptable(name, accepted, offer.digest(), "cannot be drafted any more: " + offer.unfit());
        }
        if (!accepted.equals(offer.digest()) && drafted.toString().length() > MOST_WAITING) {
            return unacceptable(
                    name,
                    accepted,
                    offer.digest(),
                    "too large to wait: it has more than %d characters".formatted(MOST_WAITING));
        }
        ObjectNode after = accepted(operation, drafted);
        after.remove("upstream");
        ObjectNode before = (ObjectNode) operation.deepCopy();
        before.remove("upstream");
        Differences differences = Differences.between(before, after);
        if (!accepted.equals(offer.digest())) {
            differences.unseen(accepted, offer.digest());
        }
        return new Finding(name, accepted, offer.digest(), differences.changes(), differences.more(), drafted, null);
    }

    private static Finding unacceptable(String name, String accepted, String offered, String why) {
        var change = new Change("upstream", "", null, why);
        return new Finding(name, accepted, offered, List.of(change), 0, null, null);
    }

    /** An operation that stands otherwise in the catalogue's new document than in what the tenant has accepted. */
    static Finding inPlace(String name, JsonNode before, JsonNode document) {
        ObjectNode after = Pinned.whole(document, name);
        Differences differences = Differences.between(before, after);
        return new Finding(
                name,
                CanonicalJson.digest(before),
                CanonicalJson.digest(after),
                differences.changes(),
                differences.more(),
                null,
                before);
    }

    /**
     * The operation as it is once what is offered is accepted: what upstreams say is replaced, and what the tenant said
     * stays. The effect may become worse by that, and never better: an upstream's word is no proof.
     */
    static ObjectNode accepted(JsonNode operation, JsonNode offered) {
        ObjectNode made = (ObjectNode) operation.deepCopy();
        for (String member : UPSTREAMS) {
            if (offered.has(member)) {
                made.set(member, offered.get(member).deepCopy());
            } else {
                made.remove(member);
            }
        }
        JsonNode kept = operation.path("upstream").path(KEPT_OF_UPSTREAM);
        if (!kept.isMissingNode() && made.path("upstream") instanceof ObjectNode upstream) {
            upstream.set(KEPT_OF_UPSTREAM, kept);
        }
        Effect worse = worse(effect(operation), effect(offered));
        return made.put(EFFECT, worse.name().toLowerCase(Locale.ROOT));
    }

    private static Effect effect(JsonNode operation) {
        return Effect.valueOf(operation.path(EFFECT).asString("read").toUpperCase(Locale.ROOT));
    }

    private static Effect worse(Effect one, Effect other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
