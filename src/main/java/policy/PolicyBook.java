package policy;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.axonframework.messaging.annotation.SourceId;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import policy.PolicyDocument.Rule;
import policy.PolicyEvent.PolicyPublished;
import policy.PolicyEvent.PolicyRulesExpired;
import policy.PolicyEvent.PolicyShadowDropped;
import tenancy.Sized;
import tenancy.TenantContext;
import tenancy.TenantId;

/** One profile of a tenant, version by version; holds the one in force and the one in shadow, the journal the others. */
@Aggregate(cache = "aggregateCache", lockFactory = "laneIsLock", snapshotTriggerDefinition = "snapshotEvery")
@NullUnmarked
class PolicyBook implements Sized {

    @AggregateIdentifier
    private String id;

    private PublishedPolicy inForce;
    private @Nullable PublishedPolicy shadow;
    /** The newest version that was ever in shadow: its number is used up. */
    private long lastShadow;

    /** Made from the documents when first asked, and never part of a snapshot. */
    private transient @Nullable InForce ready;

    /** Of its documents; counted when first asked. */
    private transient long bytes;

    PolicyBook() {}

    PolicyBook(ProfileId profile, PolicyDocument document, String comment) {
        id = profile.toString();
        Lint.check(profile.tenant(), Layer.of(profile.tenant(), profile.profile()), document);
        apply(new PolicyPublished(profile.profile(), 1, document, comment, null, Mode.ENFORCED));
    }

    @Override
    public long bytes() {
        if (bytes == 0) {
            bytes = bytes(inForce) + bytes(shadow);
        }
        return bytes;
    }

    private static long bytes(@Nullable PublishedPolicy version) {
        return version == null ? 0 : version.document().bytes();
    }

    /** @param fromVersion the version that the document was made from */
    void publish(
            PolicyDocument document,
            @Nullable Long expectedVersion,
            @Nullable Long fromVersion,
            String comment,
            Mode mode) {
        if (expectedVersion == null) {
            throw new VersionRequired(inForce.profile(), inForce.version());
        }
        expect(expectedVersion);
        put(document, comment, fromVersion, mode);
    }

    /** Without a version to expect, because whoever rolls back is in a hurry and says what they want in force. */
    void restore(PolicyDocument document, long version, @Nullable Long expectedVersion, String comment) {
        if (expectedVersion != null) {
            expect(expectedVersion);
        }
        put(document, comment, version, Mode.ENFORCED);
    }

    void enforceShadow(String comment) {
        PublishedPolicy tried = shadowed();
        put(tried.document(), comment, tried.version(), Mode.ENFORCED);
    }

    void dropShadow(String comment) {
        apply(new PolicyShadowDropped(inForce.profile(), shadowed().version(), comment));
    }

    /** Does nothing where no rule's end has come: a sweep may be late, or come twice. */
    void expire(Instant now) {
        List<Rule> rules = inForce.document().rules();
        List<String> due =
                rules.stream().filter(rule -> isDue(rule, now)).map(Rule::id).toList();
        if (!due.isEmpty()) {
            PolicyDocument without = inForce.document()
                    .with(rules.stream().filter(rule -> !isDue(rule, now)).toList());
            apply(new PolicyRulesExpired(inForce.profile(), next(), without, due, inForce.version()));
        }
    }

    private static boolean isDue(Rule rule, Instant now) {
        Instant end = rule.expiresAt();
        return end != null && !end.isAfter(now);
    }

    private void expect(long version) {
        if (version != inForce.version()) {
            throw new VersionMismatch(inForce.profile(), version, inForce.version());
        }
    }

    private void put(PolicyDocument document, String comment, @Nullable Long fromVersion, Mode mode) {
        Lint.check(TenantId.ofAggregate(id), Layer.of(inForce.profile()), document);
        apply(new PolicyPublished(inForce.profile(), next(), document, comment, fromVersion, mode));
    }

    private long next() {
        return Math.max(inForce.version(), lastShadow) + 1;
    }

    private PublishedPolicy shadowed() {
        if (shadow == null) {
            throw new NothingInShadow(inForce.profile());
        }
        return shadow;
    }

    PublishedPolicy inForce() {
        return inForce;
    }

    Optional<PublishedPolicy> shadow() {
        return Optional.ofNullable(shadow);
    }

    /** What decides at this moment, and what is tried out beside it. */
    InForce ready() {
        InForce documents = ready;
        if (documents == null) {
            documents = new InForce(compiled(inForce), shadow == null ? null : compiled(shadow));
            ready = documents;
        }
        return documents;
    }

    private static CompiledPolicy compiled(PublishedPolicy version) {
        return CompiledPolicy.of(version.profile(), version.version(), version.document());
    }

    @EventSourcingHandler
    void on(
            PolicyPublished published,
            @SourceId String book,
            @Timestamp Instant at,
            @MetaDataValue(TenantContext.PRINCIPAL) @Nullable String by) {
        id = book;
        var version = new PublishedPolicy(
                published.profile(),
                published.version(),
                published.document(),
                published.comment(),
                at,
                by,
                published.fromVersion(),
                published.mode());
        switch (published.mode()) {
            case SHADOW -> {
                lastShadow = published.version();
                shadow = version;
            }
            case ENFORCED -> {
                inForce = version;
                if (shadow != null && Long.valueOf(shadow.version()).equals(published.fromVersion())) {
                    shadow = null;
                }
            }
        }
        ready = null;
        bytes = 0;
    }

    @EventSourcingHandler
    void on(
            PolicyRulesExpired expired,
            @Timestamp Instant at,
            @MetaDataValue(TenantContext.PRINCIPAL) @Nullable String by) {
        inForce = new PublishedPolicy(
                expired.profile(),
                expired.version(),
                expired.document(),
                Expiries.comment(expired.rules()),
                at,
                by,
                expired.fromVersion(),
                Mode.ENFORCED);
        ready = null;
        bytes = 0;
    }

    @EventSourcingHandler
    void on(PolicyShadowDropped dropped) {
        shadow = null;
        ready = null;
        bytes = 0;
    }
}
