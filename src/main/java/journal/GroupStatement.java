package journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tenancy.InlineRows;

/** One statement that inserts the events of many tenants and all rows that follow from them: one round trip, one commit. */
final class GroupStatement {

    private static final Pattern IDENTIFIER = Pattern.compile("[a-z][a-z0-9_]{0,40}");
    private static final String INSERT_EVENTS = """
        event_rows as (insert into journal.event (tenant_id, tenant_seq, aggregate_identifier, sequence_number, type,
            event_identifier, time_stamp, payload_type, payload_revision, agent_id, run_id, payload, meta_data)
        select * from unnest(?::text[], ?::int8[], ?::text[], ?::int8[], ?::text[], ?::text[], ?::timestamptz[],
            ?::text[], ?::text[], ?::text[], ?::text[], ?::bytea[], ?::bytea[]))\
        """;

    private static final long EVENTS = 1;

    private final List<InlineRows> beans;
    /** By which parts they have: bit 0 the events, bit n the bean before. */
    private final PlannedTexts texts = new PlannedTexts(this::text);

    GroupStatement(List<InlineRows> beans) {
        if (beans.size() > 60) {
            throw new IllegalStateException("More than 60 kinds of inline rows");
        }
        Set<String> names = new HashSet<>();
        for (InlineRows bean : beans) {
            if (!IDENTIFIER.matcher(bean.name()).matches() || !names.add(bean.name())) {
                throw new IllegalStateException(
                        "The name of inline rows must be a unique SQL identifier: " + bean.name());
            }
        }
        this.beans = List.copyOf(beans);
    }

    /** Runs one round of a group; the first round inserts the events. */
    void run(Connection connection, List<Append> group, int round, Map<String, Long> numbers) throws SQLException {
        long parts = round == 0 ? EVENTS : 0;
        List<List<Object[]>> rows = new ArrayList<>(beans.size());
        for (int bean = 0; bean < beans.size(); bean++) {
            List<Object[]> all = new ArrayList<>();
            for (Append append : group) {
                all.addAll(append.rows(round, bean));
            }
            parts |= all.isEmpty() ? 0 : 2L << bean;
            rows.add(all);
        }
        if (parts == 0) {
            return;
        }
        PlannedTexts.Text text = texts.with(parts, EVENTS);
        // pgjdbc keeps the parsed and, after a few uses, the server-prepared statement for each text.
        try (PreparedStatement statement = connection.prepareStatement(text.sql())) {
            var columns = new Columns(connection, statement);
            if (round == 0) {
                addEvents(columns, group, numbers);
            }
            for (int bean = 0; bean < beans.size(); bean++) {
                if ((text.parts() & 2L << bean) != 0) {
                    columns.add(beans.get(bean).types(), rows.get(bean));
                }
            }
            statement.execute();
        }
    }

    private String text(long parts) {
        List<String> ctes = new ArrayList<>();
        if ((parts & EVENTS) != 0) {
            ctes.add(INSERT_EVENTS);
        }
        for (int bean = 0; bean < beans.size(); bean++) {
            if ((parts & 2L << bean) != 0) {
                InlineRows inline = beans.get(bean);
                ctes.add("%s_rows as (%s)".formatted(inline.name(), inline.statement()));
            }
        }
        return "with " + String.join(",\n", ctes) + "\nselect 1";
    }

    private static void addEvents(Columns columns, List<Append> group, Map<String, Long> numbers) throws SQLException {
        int size = group.stream().mapToInt(append -> append.events().size()).sum();
        var tenants = new String[size];
        var tenantSequences = new Long[size];
        var aggregates = new String[size];
        var sequences = new Long[size];
        var aggregateTypes = new @Nullable String[size];
        var ids = new String[size];
        var times = new String[size];
        var types = new String[size];
        var revisions = new @Nullable String[size];
        var agents = new @Nullable String[size];
        var runs = new @Nullable String[size];
        var payloads = new byte[size][];
        var metaData = new byte[size][];
        int row = 0;
        for (Append append : group) {
            for (Append.Event event : append.events()) {
                tenants[row] = append.tenant();
                tenantSequences[row] = numbers.merge(append.tenant(), 1L, Long::sum);
                aggregates[row] = event.aggregate();
                sequences[row] = event.sequence();
                aggregateTypes[row] = event.aggregateType();
                ids[row] = event.id();
                times[row] = event.time();
                types[row] = event.type();
                revisions[row] = event.revision();
                agents[row] = event.agent();
                runs[row] = event.run();
                payloads[row] = event.payload();
                metaData[row] = event.metaData();
                row++;
            }
        }
        columns.add("text", tenants);
        columns.add("int8", tenantSequences);
        columns.add("text", aggregates);
        columns.add("int8", sequences);
        columns.add("text", aggregateTypes);
        columns.add("text", ids);
        columns.add("timestamptz", times);
        columns.add("text", types);
        columns.add("text", revisions);
        columns.add("text", agents);
        columns.add("text", runs);
        columns.add("bytea", payloads);
        columns.add("bytea", metaData);
    }
}
