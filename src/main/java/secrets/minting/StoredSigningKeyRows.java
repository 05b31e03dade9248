package secrets.minting;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/** Signing keys in the fleet's rows. */
@Component
class StoredSigningKeyRows implements SigningKeyRows {

    private static final TenantId FLEET = TenantId.FLEET;

    private final TenantTransactions transactions;
    private final JdbcTemplate database;

    StoredSigningKeyRows(TenantTransactions transactions, JdbcTemplate database) {
        this.transactions = transactions;
        this.database = database;
    }

    @Override
    public List<Stored> all() {
        return transactions.in(
                FLEET,
                () -> database.query(
                        """
                        select generation, sealed, signs_from, signs_until from secrets.signing_key
                        where tenant_id = ? order by generation\
                        """,
                        (row, number) -> new Stored(
                                row.getLong("generation"),
                                row.getBytes("sealed"),
                                row.getTimestamp("signs_from").toInstant(),
                                row.getTimestamp("signs_until").toInstant()),
                        FLEET.value()));
    }

    @Override
    public boolean add(Stored row) {
        return transactions.in(
                        FLEET,
                        () -> database.update(
                                """
                                insert into secrets.signing_key (tenant_id, generation, sealed, signs_from, signs_until)
                                values (?, ?, ?, ?, ?) on conflict (tenant_id, generation) do nothing\
                                """,
                                FLEET.value(),
                                row.generation(),
                                row.sealed(),
                                Timestamp.from(row.from()),
                                Timestamp.from(row.until())))
                == 1;
    }

    @Override
    public void dropThoseUntil(Instant before) {
        int unused = transactions.in(
                FLEET,
                () -> database.update(
                        "delete from secrets.signing_key where tenant_id = ? and signs_until < ?",
                        FLEET.value(),
                        Timestamp.from(before)));
    }
}
