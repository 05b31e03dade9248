package tenancy.containment;

import static org.assertj.core.api.Assertions.assertThat;

import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.test.context.TestPropertySource;
import platform.Given;
import platform.PlatformTest;

/**
 * All slots taken, a deep queue, thirty-two that send as fast as they are answered: a freeze is answered, and nothing of
 * its scope arrives at the target afterwards.
 */
@PlatformTest
@TestPropertySource(properties = "firebreak.execution.pools.shared.slots=32")
class FrozenUnderLoadTest {

    private final Desk desk;
    private final FreezeRounds rounds;

    @Autowired
    FrozenUnderLoadTest(Given given, @Qualifier("systemDataSource") DataSource everyTenant) {
        this.desk = new Desk(given, 1_000);
        this.rounds = new FreezeRounds(desk, everyTenant);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void nothing_of_the_scope_arrives_after_the_answer() throws Exception {
        assertThat(rounds.run(4)).hasSize(4);
    }
}
