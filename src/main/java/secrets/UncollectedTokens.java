package secrets;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.ActionId;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Tokens that were made for agents and wait, sealed, for whoever asked for them. */
@Component
class UncollectedTokens {

    /** An action that ran again has one token: that of its newest lease. Their ids are in the order of time. */
    private static final String FORGET_OLDER = """
        delete from secrets.minted_token where tenant_id = ? and action = ? and lease < ?\
        """;

    private static final String KEEP = """
        insert into secrets.minted_token (tenant_id, lease, action, sealed, expires_at)
        select ?, ?, ?, ?, ?
        where not exists (select from secrets.minted_token where tenant_id = ? and action = ? and lease > ?)\
        """;
    private static final String TAKE = """
        delete from secrets.minted_token where tenant_id = ? and lease = ? returning sealed\
        """;

    private final Seals seals;
    private final TenantTransactions transactions;
    private final JdbcTemplate database;

    UncollectedTokens(Seals seals, TenantTransactions transactions, JdbcTemplate database) {
        this.seals = seals;
        this.transactions = transactions;
        this.database = database;
    }

    private static String place(String lease) {
        return "hand-out/" + lease;
    }

    /** Until somebody takes it, or that time. */
    void keep(ActionId action, String lease, NarrowToken token, Instant until) {
        TenantId tenant = action.tenant();
        byte[] sealed = seals.seal(tenant, place(lease), token.value().reveal().getBytes(StandardCharsets.UTF_8));
        int unused = transactions.in(tenant, () -> {
            int older = database.update(FORGET_OLDER, tenant.value(), action.key(), lease);
            return older
                    + database.update(
                            KEEP,
                            tenant.value(),
                            lease,
                            action.key(),
                            sealed,
                            until.atOffset(ZoneOffset.UTC),
                            tenant.value(),
                            action.key(),
                            lease);
        });
    }

    /** The token, and it is there no more; empty if it is gone. Of many at once one gets it. */
    Optional<Concealed> take(TenantId tenant, String lease) {
        List<byte[]> taken = transactions.in(
                tenant, () -> database.query(TAKE, (row, number) -> row.getBytes("sealed"), tenant.value(), lease));
        return taken.stream()
                .map(bytes ->
                        new Concealed(new String(seals.open(tenant, place(lease), bytes), StandardCharsets.UTF_8)))
                .findFirst();
    }

    /** They are collected no more: revoked, or too late. Gives the leases of those that were there. */
    Set<String> forget(TenantId tenant, List<String> leases) {
        return Set.copyOf(transactions.in(
                tenant,
                () -> database.queryForList(
                        "delete from secrets.minted_token where tenant_id = ? and lease = any (?) returning lease",
                        String.class,
                        tenant.value(),
                        leases.toArray(String[]::new))));
    }
}
