package secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import tenancy.TenantId;

class TurnsTest {

    private final Turns turns = new Turns();

    @Test
    void no_secret_waits_for_another_ones_turn() {
        List<ReentrantLock> held = new ArrayList<>();
        for (int tenant = 0; tenant < 40; tenant++) {
            for (int secret = 0; secret < 40; secret++) {
                held.add(turns.of(new TenantId("tenant_" + tenant), "secret_" + secret));
            }
        }
        Set<ReentrantLock> different = Collections.newSetFromMap(new IdentityHashMap<>());
        different.addAll(held);
        assertThat(different).hasSize(1_600);
    }

    @Test
    void the_uses_of_one_secret_take_turns() {
        ReentrantLock first = turns.of(new TenantId("tenant_acme"), "zendesk");
        first.lock();
        System.gc();
        assertThat(turns.of(new TenantId("tenant_acme"), "zendesk")).isSameAs(first);
        first.unlock();
    }
}
