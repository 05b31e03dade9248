package secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import platform.Canaries;
import platform.Given;
import platform.PlatformTest;
import tenancy.ActionId;
import tenancy.TenantId;

/** What waits to be collected, and what is left of it when a node dies in between. */
@PlatformTest
class UncollectedTokensTest {

    private final Given given;
    private final UncollectedTokens uncollected;
    private final OldSecrets old;
    private final Clock clock;
    private final JdbcTemplate everyTenant;
    private Given.Customer acme;
    private ActionId action;

    @Autowired
    UncollectedTokensTest(
            Given given,
            UncollectedTokens uncollected,
            OldSecrets old,
            Clock clock,
            @Qualifier("systemDataSource") DataSource everyTenant) {
        this.given = given;
        this.uncollected = uncollected;
        this.old = old;
        this.clock = clock;
        this.everyTenant = new JdbcTemplate(everyTenant);
    }

    @BeforeEach
    void another() {
        acme = given.customer();
        action = new ActionId(new TenantId(acme.tenant()), "act_1");
    }

    @Test
    void is_taken_once_by_its_own_tenant() {
        String token = Canaries.plant("access_token");
        keep("ls_1", token, Duration.ofMinutes(1));

        assertThat(uncollected.take(new TenantId(given.customer().tenant()), "ls_1"))
                .isEmpty();
        assertThat(uncollected.take(action.tenant(), "ls_1"))
                .hasValueSatisfying(taken -> assertThat(taken.reveal()).isEqualTo(token));
        assertThat(uncollected.take(action.tenant(), "ls_1")).isEmpty();
    }

    /** The node died after it was sealed, before the journal was told: nobody can collect it, and it is swept. */
    @Test
    void what_nobody_told_of_is_not_collected_and_is_swept() {
        keep("ls_told_of_by_nobody", Canaries.plant("access_token"), Duration.ofMillis(1));

        acme.agent().collect("ls_told_of_by_nobody").expect(404);
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!waiting().isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            old.clear();
        }
        assertThat(uncollected.take(action.tenant(), "ls_told_of_by_nobody")).isEmpty();
    }

    /** The node died after that: the action runs again, under another lease, and has one token in the end. */
    @Test
    void an_action_that_runs_again_has_the_token_of_its_newest_lease() {
        keep("ls_1", Canaries.plant("access_token"), Duration.ofMinutes(1));
        keep("ls_2", Canaries.plant("access_token"), Duration.ofMinutes(1));
        // And the first worker, which was only asleep, comes late.
        keep("ls_1", Canaries.plant("access_token"), Duration.ofMinutes(1));

        assertThat(waiting()).containsExactly("ls_2");
    }

    @Test
    void whoever_looks_for_expired_ones_in_all_tenants_sees_none() {
        assertThatThrownBy(() -> everyTenant.queryForList("select sealed from secrets.minted_token", byte[].class))
                .rootCause()
                .hasMessageContaining("permission denied");
    }

    private List<@Nullable String> waiting() {
        return everyTenant.queryForList(
                "select lease from secrets.minted_token where tenant_id = ?", String.class, acme.tenant());
    }

    private void keep(String lease, String token, Duration longest) {
        Instant until = clock.instant().plus(longest);
        uncollected.keep(action, lease, new NarrowToken(new Concealed(token), "tickets.write", until), until);
    }
}
