package journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Columns of rows as the PostgreSQL arrays that {@code unnest} turns back into rows. */
final class Columns {

    private final Connection connection;
    private final PreparedStatement statement;
    private int next = 1;

    Columns(Connection connection, PreparedStatement statement) {
        this.connection = connection;
        this.statement = statement;
    }

    void add(String type, @Nullable Object[] column) throws SQLException {
        statement.setArray(next++, connection.createArrayOf(type, column));
    }

    void add(List<String> types, List<Object[]> rows) throws SQLException {
        for (int position = 0; position < types.size(); position++) {
            add(types.get(position), column(types.get(position), rows, position));
        }
    }

    private static @Nullable Object[] column(String type, List<Object[]> rows, int position) {
        return switch (type) {
            case "int8" -> fill(new @Nullable Long[rows.size()], rows, position);
            case "int4" -> fill(new @Nullable Integer[rows.size()], rows, position);
            case "bool" -> fill(new @Nullable Boolean[rows.size()], rows, position);
            case "bytea" -> fill(new byte @Nullable [rows.size()][], rows, position);
            default -> fill(new @Nullable String[rows.size()], rows, position);
        };
    }

    private static <T> @Nullable T[] fill(@Nullable T[] column, List<Object[]> rows, int position) {
        for (int row = 0; row < column.length; row++) {
            column[row] = value(column, rows.get(row)[position]);
        }
        return column;
    }

    @SuppressWarnings("unchecked")
    private static <T> @Nullable T value(@Nullable T[] column, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        Object fitting = value;
        if (column instanceof String[]) {
            fitting = value.toString();
        } else if (column instanceof Long[] && value instanceof Number number) {
            fitting = number.longValue();
        } else if (column instanceof Integer[] && value instanceof Number number) {
            fitting = number.intValue();
        }
        return (T) fitting;
    }
}
