package policy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;
import policy.PolicyCommand.ReadPolicy;
import policy.PolicyCommand.ReadShadow;
import tenancy.Moment;
import tenancy.NotFound;
import tenancy.PastStates;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantTransactions;
import tools.jackson.databind.json.JsonMapper;

/** The versions of a tenant's profiles: those that decide from their book, the others from their rows. */
@Component
class Versions {

    private static final int LOOKS = 50;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(40);

    private final TenantCommands commands;
    private final PastStates past;
    private final TenantTransactions transactions;
    private final PolicyRows rows;
    private final JsonMapper json;

    Versions(
            TenantCommands commands,
            PastStates past,
            TenantTransactions transactions,
            PolicyRows rows,
            JsonMapper json) {
        this.commands = commands;
        this.past = past;
        this.transactions = transactions;
        this.rows = rows;
        this.json = json;
    }

    /** From the book and not from the rows, so that a profile is there as soon as it was published. */
    PublishedPolicy inForce(TenantContext context, String profile) {
        Optional<PublishedPolicy> book =
                commands.ask(context, new ReadPolicy(new ProfileId(context.tenant(), profile)));
        return book.orElseThrow(() -> new NotFound("policy", profile));
    }

    /** The version that was in force at a moment of the past. */
    PublishedPolicy inForce(TenantContext context, String profile, Moment moment) {
        var id = new ProfileId(context.tenant(), profile);
        return past.get(context.tenant(), PolicyBook.class, id.toString(), moment)
                .inForce();
    }

    PublishedPolicy shadow(TenantContext context, String profile) {
        return shadowed(context, profile).orElseThrow(() -> new NotFound("policy in shadow", profile));
    }

    private Optional<PublishedPolicy> shadowed(TenantContext context, String profile) {
        return commands.ask(context, new ReadShadow(new ProfileId(context.tenant(), profile)));
    }

    PublishedPolicy one(TenantContext context, String profile, long version) {
        PublishedPolicy inForce = inForce(context, profile);
        if (inForce.version() == version) {
            return inForce;
        }
        Optional<PublishedPolicy> tried = shadowed(context, profile).filter(shadow -> shadow.version() == version);
        if (tried.isPresent()) {
            return tried.get();
        }
        // A version in shadow may be newer than the one in force, and dropped: only the rows know.
        return replaced(context.tenant(), profile, version, version < inForce.version() ? LOOKS : 1);
    }

    /** A version that was replaced a moment ago may not be a row yet: it exists, so it is waited for. */
    private PublishedPolicy replaced(TenantId tenant, String profile, long version, int looks) {
        var key = new PolicyRow.Key(tenant.value(), profile, version);
        for (int look = 0; look < looks && version > 0; look++) {
            Optional<PublishedPolicy> row =
                    transactions.in(tenant, () -> rows.findById(key).map(this::shown));
            if (row.isPresent()) {
                return row.get();
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
        throw new NotFound("policy version", profile + "/" + version);
    }

    /** Versions in force of the profiles after this one, by name. */
    List<PublishedPolicy> inForce(TenantId tenant, String after, int most) {
        return transactions.in(
                tenant,
                () -> rows.newest(tenant.value(), after, Limit.of(most)).stream()
                        .map(this::shown)
                        .toList());
    }

    /** Versions of one profile, newest first. */
    List<PublishedPolicy> before(TenantContext context, String profile, long before, int most) {
        var id = new ProfileId(context.tenant(), profile);
        return transactions.in(
                context.tenant(),
                () -> rows.versions(context.tenant().value(), id.profile(), before, Limit.of(most)).stream()
                        .map(this::shown)
                        .toList());
    }

    private PublishedPolicy shown(PolicyRow row) {
        return row.shown(json.readValue(row.document(), PolicyDocument.class));
    }
}
