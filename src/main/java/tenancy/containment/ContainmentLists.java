package tenancy.containment;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.NotFound;
import tenancy.TenantId;
import tenancy.TenantTransactions;
import tenancy.Signatures.Proof;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What was contained, read back. */
@Component
class ContainmentLists {

    private static final String SELECT = """
        select containment, scope, key, posture, reason, owner, automatic, set_by, epoch, set_at, expires_at,
            two_person_release, state, release_asked_by, released_by, release_reason, released_at
        from tenancy.containment where tenant_id = ?\
        """;

    private final TenantTransactions transactions;
    private final JdbcTemplate database;
    private final JsonMapper json;

    ContainmentLists(TenantTransactions transactions, JdbcTemplate database, JsonMapper json) {
        this.transactions = transactions;
        this.database = database;
        this.json = json;
    }

    /** A receipt as it was signed. */
    record Told(JsonNode receipt, Proof proof) {}

    /** @param receipts of its changes, first to last; those that are not confirmed yet are not among them */
    record WithReceipts(@JsonUnwrapped ContainmentView containment, List<Told> receipts) {
        WithReceipts {
            receipts = List.copyOf(receipts);
        }
    }

    List<ContainmentView> of(TenantId tenant, @Nullable String state, String before, int most) {
        return transactions.in(
                tenant,
                () -> database.query(
                        SELECT + " and (?::text is null or state = ?) and (? = '' or containment < ?)"
                                + " order by containment desc limit ?",
                        (row, number) -> view(row),
                        tenant.value(),
                        state,
                        state,
                        before,
                        before,
                        most));
    }

    WithReceipts one(TenantId tenant, String containment) {
        return transactions.in(tenant, () -> {
            ContainmentView view = database
                    .query(SELECT + " and containment = ?", (row, number) -> view(row), tenant.value(), containment)
                    .stream()
                    .findFirst()
                    .orElseThrow(() -> new NotFound("containment", containment));
            List<Told> receipts = database.query(
                    "select receipt, signature, signed_by from tenancy.containment_receipt"
                            + " where tenant_id = ? and containment = ? order by epoch",
                    (row, number) -> told(row),
                    tenant.value(),
                    containment);
            return new WithReceipts(view, receipts);
        });
    }

    private Told told(ResultSet row) throws SQLException {
        String receipt = row.getString("receipt");
        return new Told(
                json.readTree(receipt),
                new Proof(
                        Base64.getEncoder().encodeToString(receipt.getBytes(StandardCharsets.UTF_8)),
                        row.getString("signature"),
                        row.getString("signed_by")));
    }

    private static ContainmentView view(ResultSet row) throws SQLException {
        return new ContainmentView(
                row.getString("containment"),
                row.getString("scope"),
                row.getString("key"),
                row.getString("posture"),
                row.getString("reason"),
                row.getString("owner"),
                row.getBoolean("automatic"),
                row.getString("set_by"),
                row.getLong("epoch"),
                row.getTimestamp("set_at").toInstant(),
                time(row.getTimestamp("expires_at")),
                row.getBoolean("two_person_release"),
                row.getString("state"),
                row.getString("release_asked_by"),
                row.getString("released_by"),
                row.getString("release_reason"),
                time(row.getTimestamp("released_at")));
    }

    private static @Nullable Instant time(@Nullable Timestamp time) {
        return time == null ? null : time.toInstant();
    }
}
