package quota;

import static org.assertj.core.api.Assertions.assertThat;
import static quota.Envelopes.ACME;
import static quota.Envelopes.GOLD;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.common.caching.WeakReferenceCache;
import org.axonframework.eventsourcing.EventSourcingRepository;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.junit.jupiter.api.Test;
import quota.Envelopes.Asked;
import quota.QuotaEvent.BudgetReserved;
import quota.QuotaEvent.Drawn;
import quota.Reservation.Granted;
import tenancy.ActionEnvelope;
import tenancy.Estimate;

/**
 * The race to overspend: 64 threads ask the budgets of 100 tenants, each served one at a time as its lane does, for more
 * than is there. Commits are undone and memories lost in between. Nothing is ever overspent, and nothing is refused while
 * as much as it costs is left.
 */
class OverspendTrialTest {

    private static final int THREADS = 64;
    private static final int TENANTS = 100;
    private static final int ATTEMPTS = 100_000;
    private static final int DEAREST = 9;
    private static final String TOKENS = "tokens_per_day";
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    private final AtomicInteger names = new AtomicInteger();
    private final AtomicLong granted = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    @Test
    void nothing_is_overspent_and_all_of_it_can_be_used() throws Exception {
        long seed = System.nanoTime();
        List<Account> accounts = new ArrayList<>();
        for (int tenant = 0; tenant < TENANTS; tenant++) {
            accounts.add(new Account(new Random(seed + tenant).nextLong(200, 2_000)));
        }
        List<Callable<Void>> racers = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            var random = new Random(seed - thread - 1);
            racers.add(() -> {
                for (int attempt = 0; attempt < ATTEMPTS / THREADS; attempt++) {
                    Account account = accounts.get(random.nextInt(TENANTS));
                    synchronized (account) {
                        attempt("seed " + seed, account, random);
                    }
                }
                return null;
            });
        }
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            for (Future<Void> racer : threads.invokeAll(racers)) {
                racer.get();
            }
        }

        accounts.forEach(account -> account.checkJournal("seed " + seed));
        System.out.printf("overspend trial: seed %d, %s granted, %s refused%n", seed, granted, refused);
        assertThat(granted.get()).isGreaterThan(TENANTS);
        assertThat(refused.get()).isGreaterThan(TENANTS);
    }

    private void attempt(String as, Account account, Random random) {
        if (random.nextInt(200) == 0) {
            account.forget();
        }
        if (!account.open.isEmpty() && random.nextInt(8) == 0) {
            account.end(random);
            return;
        }
        long units = random.nextLong(1, DEAREST + 1);
        boolean undone = random.nextInt(10) == 0;
        ActionEnvelope envelope = new Asked("a" + names.incrementAndGet(), GOLD)
                .using(units, 0, 0)
                .envelope();
        Reservation answer = account.in(undone, budget -> budget.reserve(envelope, account.limits, NOON));
        long left = account.limit - account.used();
        if (answer instanceof Granted) {
            assertThat(units).as(as).isLessThanOrEqualTo(left);
            granted.incrementAndGet();
            if (!undone) {
                account.open.put(envelope.action().key(), units);
            }
        } else {
            assertThat(units).as(as).isGreaterThan(left);
            refused.incrementAndGet();
        }
    }

    /** One tenant's budget, and what a child would have written down of it. */
    private static final class Account {
        final long limit;
        final Limits limits;
        final EventStore store = EmbeddedEventStore.builder()
                .storageEngine(new InMemoryEventStorageEngine())
                .build();
        final Map<String, Long> open = new LinkedHashMap<>();
        Budgets budgets = budgets();
        long spent;

        Account(long limit) {
            this.limit = limit;
            this.limits = Envelopes.limits(10, 1_000_000, Map.of(TOKENS, limit));
        }

        long used() {
            return spent + open.values().stream().mapToLong(Long::longValue).sum();
        }

        /** The process is gone: what follows knows only what was committed. */
        void forget() {
            budgets = budgets();
        }

        private Budgets budgets() {
            return new Budgets(EventSourcingRepository.builder(Budget.class)
                    .eventStore(store)
                    .cache(new WeakReferenceCache())
                    .build());
        }

        void end(Random random) {
            String action = open.keySet().iterator().next();
            long reserved = open.getOrDefault(action, 0L);
            boolean undone = random.nextInt(10) == 0;
            boolean released = random.nextInt(3) == 0;
            long actual = random.nextLong(reserved + 1);
            var unused = in(undone, budget -> {
                if (released) {
                    budget.release(action);
                } else {
                    budget.settle(action, new Estimate(0, actual, 0, 0), NOON);
                }
                return "done";
            });
            if (!undone) {
                open.remove(action);
                spent += released ? 0 : actual;
            }
        }

        <T> T in(boolean undone, Function<Budget, T> work) {
            var unit = DefaultUnitOfWork.startAndGet(GenericCommandMessage.asCommandMessage("work"));
            T answer = budgets.findOrOpen(ACME, NOON).invoke(work);
            if (undone) {
                unit.rollback();
            } else {
                unit.commit();
            }
            return answer;
        }

        /** At every event that draws, what is used is within the limit; the sums are those of the child. */
        void checkJournal(String as) {
            store.readEvents(new BudgetId(ACME).toString()).forEachRemaining(event -> {
                if (event.getPayload() instanceof BudgetReserved reserved) {
                    for (Drawn drawn : reserved.draws()) {
                        assertThat(drawn.used()).as(as).isLessThanOrEqualTo(drawn.of());
                    }
                }
            });
            forget();
            long ledger = in(false, budget -> {
                Meter meter = budget.ledger().meter(TOKENS);
                return meter == null ? 0L : meter.usedAt(NOON);
            });
            assertThat(ledger).as(as).isEqualTo(used()).isLessThanOrEqualTo(limit);
        }
    }
}
