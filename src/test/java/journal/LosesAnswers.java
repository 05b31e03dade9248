package journal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Connections that break just after PostgreSQL committed, so that the answer is lost, or just before. */
final class LosesAnswers extends DelegatingDataSource {

    final AtomicInteger afterwards = new AtomicInteger();
    final AtomicInteger before = new AtomicInteger();

    LosesAnswers(DataSource target) {
        super(target);
    }

    @Override
    public Connection getConnection() throws SQLException {
        return wrap(Connection.class, super.getConnection());
    }

    private <T> T wrap(Class<T> type, T target) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, values) -> {
                    boolean commits = target instanceof PreparedStatement
                            && method.getName().equals("execute");
                    if (commits && before.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        throw new SQLException("broken before", "08006");
                    }
                    try {
                        Object result = method.invoke(target, values);
                        if (commits && afterwards.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                            throw new SQLException("broken afterwards", "08006");
                        }
                        return result instanceof PreparedStatement statement
                                ? wrap(PreparedStatement.class, statement)
                                : result;
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                }));
    }
}
