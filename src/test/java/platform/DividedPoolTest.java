package platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tenancy.Capacity;

/** Each part is its own, and whoever waits in a lane steps aside. One connection a part. */
class DividedPoolTest {

    private final DatabaseOwner owner = TestDatabase.empty();
    private final DividedPool pool = new DividedPool(
            Map.of(
                    Capacity.SHARED, part("shared"),
                    Capacity.LANES, part("lanes"),
                    Capacity.CONTROL, part("control")),
            Duration.ofHours(1));

    @AfterEach
    void close() {
        pool.close();
    }

    private HikariDataSource part(String name) {
        var part = new HikariDataSource();
        part.setPoolName(name);
        part.setJdbcUrl(owner.url());
        part.setUsername(owner.user());
        part.setPassword(owner.password());
        part.setMaximumPoolSize(1);
        part.setConnectionTimeout(250);
        part.addDataSourceProperty("ApplicationName", name);
        return part;
    }

    private Connection take(Capacity capacity) throws SQLException {
        return capacity.call(pool::getConnection);
    }

    @Test
    void what_one_holds_another_does_not_miss_and_nothing_is_lent() throws SQLException {
        try (Connection shared = pool.getConnection()) {
            assertThat(shared.getClientInfo("ApplicationName")).isEqualTo("shared");
            for (Capacity other : new Capacity[] {Capacity.LANES, Capacity.CONTROL}) {
                try (Connection own = take(other)) {
                    assertThat(own.getClientInfo("ApplicationName")).isEqualToIgnoringCase(other.name());
                }
            }
            assertThatThrownBy(pool::getConnection).isInstanceOf(SQLTransientConnectionException.class);
        }
        pool.getConnection().close();
    }

    @Test
    void a_capacity_holds_for_the_work_and_no_longer() {
        Capacity.CONTROL.run(() -> {
            assertThat(Capacity.current()).isEqualTo(Capacity.CONTROL);
            Capacity.LANES.run(() -> assertThat(Capacity.current()).isEqualTo(Capacity.LANES));
            assertThat(Capacity.current()).isEqualTo(Capacity.CONTROL);
            assertThat(CompletableFuture.supplyAsync(Capacity::current).join()).isEqualTo(Capacity.SHARED);
        });
        assertThat(Capacity.current()).isEqualTo(Capacity.SHARED);
    }

    @Test
    void a_lane_waits_turn_after_turn_while_nothing_urgent_does() throws Exception {
        var turns = new CountDownLatch(2);
        CompletableFuture<String> waits;
        try (Connection held = take(Capacity.LANES)) {
            waits = inALane(() -> {
                turns.countDown();
                return false;
            });
            assertThat(turns.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(held.isValid(1)).isTrue();
        }
        assertThat(waits.get(30, TimeUnit.SECONDS)).isEqualTo("lanes");
    }

    @Test
    void a_lane_steps_aside_once_something_urgent_waits_behind_it() throws Exception {
        var hurried = new AtomicBoolean();
        try (Connection held = take(Capacity.LANES)) {
            CompletableFuture<String> waits = inALane(hurried::get);
            hurried.set(true);

            assertThatThrownBy(() -> waits.get(30, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(SQLTransientConnectionException.class);
            assertThat(held.isValid(1)).isTrue();
        }
    }

    /** Asks for a connection in a lane; answers which it was. */
    private CompletableFuture<String> inALane(BooleanSupplier givesWay) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return Capacity.LANES.call(
                        () -> {
                            try (Connection connection = pool.getConnection()) {
                                return connection.getClientInfo("ApplicationName");
                            }
                        },
                        givesWay);
            } catch (SQLException none) {
                throw new CompletionException(none);
            }
        });
    }
}
