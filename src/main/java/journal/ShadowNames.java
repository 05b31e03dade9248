package journal;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hibernate.resource.jdbc.spi.StatementInspector;

/**
 * Statements about tables, said of their copies instead: while a rebuild hands a projection the events of the past, what
 * that writes goes to the copy, on the thread of the rebuild and nowhere else.
 */
class ShadowNames implements StatementInspector {

    private static final String SUFFIX = "_rebuilt";
    private static final Pattern TABLE = Pattern.compile("\\b([a-z_]+)\\.([a-z_]+)\\b");
    private static final ScopedValue<Set<String>> TABLES = ScopedValue.newInstance();

    /** Runs this with every statement that Hibernate sends turned to the copies. */
    static void during(Set<String> tables, Runnable work) {
        ScopedValue.where(TABLES, tables).run(work);
    }

    /** The copy's name, with its schema. */
    static String of(String table) {
        int dot = table.indexOf('.');
        return table.substring(0, dot) + SUFFIX + table.substring(dot);
    }

    /** The statement, said of the copies of these tables. */
    static String turned(String statement, Set<String> tables) {
        Matcher names = TABLE.matcher(statement);
        var turned = new StringBuilder();
        while (names.find()) {
            names.appendReplacement(turned, tables.contains(names.group()) ? of(names.group()) : names.group());
        }
        return names.appendTail(turned).toString();
    }

    /** The table that a data-modifying statement changes; its first, where it changes several. */
    static String changed(String statement) {
        Matcher target = Pattern.compile("(?:insert into|update|delete from)\\s+([a-z_]+\\.[a-z_]+)")
                .matcher(statement);
        if (!target.find()) {
            throw new IllegalStateException("This changes no table: " + statement);
        }
        return target.group(1);
    }

    @Override
    public String inspect(String sql) {
        return TABLES.isBound() ? turned(sql, TABLES.get()) : sql;
    }
}
