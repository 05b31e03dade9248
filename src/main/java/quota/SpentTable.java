package quota;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.messaging.MetaData;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import quota.QuotaEvent.BudgetSettled;
import tenancy.InlineRows;
import tenancy.InvalidField;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantTransactions;

/**
 * What each settled action spent, a row an action, written by the journal with the settlement itself: sums over it are
 * exact at every commit. Reserving writes none.
 */
@Component
class SpentTable implements InlineRows {

    static final String NAME = "quota_spent";

    private static final String TEXT = "text";
    private static final String NUMBER = "int8";

    private final TenantTransactions transactions;
    private final JdbcTemplate database;

    SpentTable(TenantTransactions transactions, JdbcTemplate database) {
        this.transactions = transactions;
        this.database = database;
    }

    /** What sums are made by. */
    enum Grouping {
        RUN,
        AGENT,
        WORKSPACE,
        OPERATION,
        DAY;

        static Grouping of(String word) {
            for (Grouping grouping : values()) {
                if (grouping.column().equals(word)) {
                    return grouping;
                }
            }
            throw new InvalidField("/by", "unknown_value", "must be run, agent, workspace, operation or day");
        }

        String column() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What was spent by one of them.
     *
     * @param key the run, agent, workspace, operation or day
     */
    record Sum(String key, long toolCalls, long highRisk, long tokens, long costMicros, long storageBytes) {}

    /**
     * What is summed up; an absent part matches all.
     *
     * @param operation {@code <system>/<operation>}
     */
    record Filter(
            LocalDate first,
            LocalDate last,
            @Nullable String agent,
            @Nullable String workspace,
            @Nullable String operation) {}

    List<Sum> sums(TenantId tenant, Grouping by, Filter filter, String after, int most) {
        // The column is one of an enum's names: no caller's word becomes SQL.
        String sql = """
            select %1$s::text as key, sum(tool_calls), sum(high_risk), sum(tokens), sum(cost_micros), sum(storage_bytes)
            from quota.spent
            where tenant_id = ? and day between ? and ? and (?::text is null or agent = ?)
                and (?::text is null or workspace = ?) and (?::text is null or operation = ?)
                and %1$s::text collate "C" > ?
            group by 1
            order by %1$s::text collate "C"
            limit ?\
            """.formatted(by.column());
        return transactions.in(
                tenant,
                () -> database.query(
                        sql,
                        (row, number) -> new Sum(
                                row.getString(1),
                                row.getLong(2),
                                row.getLong(3),
                                row.getLong(4),
                                row.getLong(5),
                                row.getLong(6)),
                        tenant.value(),
                        filter.first(),
                        filter.last(),
                        filter.agent(),
                        filter.agent(),
                        filter.workspace(),
                        filter.workspace(),
                        filter.operation(),
                        filter.operation(),
                        after,
                        most));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String statement() {
        return """
            insert into quota.spent (tenant_id, action, day, run, agent, workspace, operation, tool_calls, high_risk, tokens,
                cost_micros, storage_bytes)
            select tenant_id, action, day::date, run, agent, workspace, operation, tool_calls, high_risk, tokens,
                cost_micros, storage_bytes
            from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int8[], ?::int8[],
                ?::int8[], ?::int8[], ?::int8[])
                as t(tenant_id, action, day, run, agent, workspace, operation, tool_calls, high_risk, tokens,
                    cost_micros, storage_bytes)\
            """;
    }

    @Override
    public List<String> types() {
        return List.of(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER);
    }

    @Override
    public List<Object[]> rows(EventMessage<?> event) {
        if (!(event.getPayload() instanceof BudgetSettled settled)) {
            return List.of();
        }
        Amounts spent = settled.spent();
        List<Object[]> rows = new ArrayList<>(1);
        rows.add(new Object[] {
            text(event, TenantContext.TENANT),
            settled.action(),
            settled.day(),
            settled.run(),
            text(event, TenantContext.AGENT),
            text(event, TenantContext.WORKSPACE),
            settled.operation(),
            spent.toolCalls(),
            spent.highRisk(),
            spent.tokens(),
            spent.costMicros(),
            spent.storageBytes()
        });
        return rows;
    }

    /** The worker settles in the context of the action that it ran. */
    private static String text(EventMessage<?> event, String key) {
        MetaData metaData = event.getMetaData();
        return metaData.get(key) instanceof String value ? value : "";
    }

    @Override
    public boolean owns(String constraint) {
        return false;
    }
}
