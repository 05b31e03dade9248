package secrets;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import secrets.ExposureRows.GoodToken;
import secrets.SecretCommand.ConfirmRevocation;
import secrets.SecretCommand.ReinstateCredentials;
import secrets.SecretCommand.RevokeCredentials;
import secrets.SecretEvent.CredentialsRevoked;
import secrets.SecretEvent.Fate;
import secrets.SecretEvent.RevocationConfirmed;
import secrets.SecretEvent.TokenFate;
import tenancy.PastEvents;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Emergency revocation: the fence is committed first, then all that is under way here is ended and told of. */
@Component
class Revocations {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private final TenantCommands commands;
    private final PastEvents past;
    private final UsesUnderWay underWay;
    private final AccessTokens tokens;
    private final ExposureRows exposure;
    private final UncollectedTokens uncollected;
    private final TenantTransactions transactions;
    private final JdbcTemplate database;

    Revocations(
            TenantCommands commands,
            PastEvents past,
            UsesUnderWay underWay,
            AccessTokens tokens,
            ExposureRows exposure,
            UncollectedTokens uncollected,
            TenantTransactions transactions,
            JdbcTemplate database) {
        this.commands = commands;
        this.past = past;
        this.underWay = underWay;
        this.tokens = tokens;
        this.exposure = exposure;
        this.uncollected = uncollected;
        this.transactions = transactions;
        this.database = database;
    }

    /**
     * What stopped.
     *
     * @param sequence the revocation's own in the tenant's journal: no use after it is of a lease before it
     * @param uses those that this node had under way
     * @param tokens that were made for agents under such leases and are not expired
     */
    record Revoked(
            Scope scope,
            String key,
            long fence,
            @JsonProperty("journal_sequence") long sequence,
            List<Fate> uses,
            List<TokenFate> tokens) {}

    Revoked revoke(TenantContext context, Scope scope, String key, String reason) {
        TenantId tenant = context.tenant();
        long before = past.last(tenant);
        BookView book = commands.ask(context, new RevokeCredentials(new SecretBookId(tenant), scope, key, reason));
        // The book as it was left by this command: its newest fence is this one.
        var fence = new Fence(tenant, scope, key, book.fence());
        List<Fate> fates = endHere(fence);
        // After the uses: who was collecting one when the fence came has it by now, or gets it no more.
        List<TokenFate> tokens = end(fence);
        confirm(fence, context, fates, tokens);
        return new Revoked(scope, key, fence.number(), sequence(fence, before), fates, tokens);
    }

    /** Ends what this node has under way under the fence of another one, and writes down what became of it. */
    void end(Fence fence, TenantContext context) {
        confirm(fence, context, endHere(fence), null);
    }

    private List<Fate> endHere(Fence fence) {
        List<LeasedUse> ended = underWay.revoke(fence);
        forget(fence, ended);
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        ended.forEach(use -> use.awaitEnd(Duration.ofNanos(deadline - System.nanoTime())));
        return ended.stream().map(LeasedUse::fate).toList();
    }

    /** Tokens that nobody collected are gone with the fence: its check refuses them, and no copy is kept. */
    private List<TokenFate> end(Fence fence) {
        List<GoodToken> covered = exposure.goodTokens(fence.tenant()).stream()
                .filter(token -> fence.covers(token.lease()))
                .toList();
        Set<String> voided = uncollected.forget(
                fence.tenant(),
                covered.stream().map(token -> token.lease().id()).toList());
        return covered.stream()
                .map(token -> token.fate(voided.contains(token.lease().id())))
                .toList();
    }

    private void confirm(Fence fence, TenantContext context, List<Fate> fates, @Nullable List<TokenFate> tokens) {
        if (!fates.isEmpty() || tokens != null && !tokens.isEmpty()) {
            commands.ask(
                    context,
                    new ConfirmRevocation(
                            new SecretBookId(fence.tenant()),
                            new RevocationConfirmed(fence.scope(), fence.key(), fence.number(), fates, tokens)));
        }
    }

    void reinstate(TenantContext context, Scope scope, String key, String reason) {
        BookView unused =
                commands.ask(context, new ReinstateCredentials(new SecretBookId(context.tenant()), scope, key, reason));
    }

    /** Nothing that was minted of what the fence covers is used again. */
    private void forget(Fence fence, List<LeasedUse> ended) {
        TenantId tenant = fence.tenant();
        List<String> covered = switch (fence.scope()) {
            case SECRET -> List.of(fence.key());
            case CONNECTOR, TENANT ->
                transactions.in(
                        tenant,
                        () -> database.queryForList(
                                "select distinct secret from secrets.version where tenant_id = ?"
                                        + " and (? or system = ?)",
                                String.class,
                                tenant.value(),
                                fence.scope() == Scope.TENANT,
                                fence.key()));
            case AGENT, GRANT, AGENT_CLASS ->
                ended.stream().map(use -> use.lease().secret()).distinct().toList();
        };
        covered.forEach(secret -> tokens.forget(tenant, secret));
    }

    private long sequence(Fence fence, long before) {
        return past
                .read(
                        fence.tenant(),
                        Set.of(CredentialsRevoked.class),
                        null,
                        null,
                        before,
                        past.last(fence.tenant()),
                        PastEvents.MOST)
                .stream()
                .filter(event ->
                        event.event() instanceof CredentialsRevoked revoked && revoked.fence() == fence.number())
                .mapToLong(PastEvents.Past::sequence)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("The revocation is not in the journal"));
    }
}
