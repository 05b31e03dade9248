package tenancy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Computations of one tenant's that may take longer than a millisecond, on threads of their own. Requests, lanes and
 * calls run on virtual threads, which take turns and are not interrupted: whatever computes for a tenth of a second keeps a
 * processor for as long, and as many of them as there are processors keep everybody waiting. The kernel interrupts
 * these threads, and no more of them compute at a time than half of the processors. Tenants take turns: one work of each, and of a work
 * that takes long and says where it may be left, a part of it.
 */
public final class LongWork {

    /** Parsing, checking and writing so much takes a millisecond. */
    private static final int LONG = 16 * 1024;

    private static final long LONGEST_TURN = Duration.ofMillis(20).toNanos();

    private static final LongWork SHARED =
            new LongWork(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));

    /** That which runs on this thread. */
    private static final ScopedValue<Turn> CURRENT = ScopedValue.newInstance();

    private final int most;
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("long-work-", 0).factory());
    /** What each tenant wants begun or gone on with; the tenant whose turn is next comes first. */
    private final SequencedMap<TenantId, Deque<Runnable>> waiting = new LinkedHashMap<>();
    /** Of those; read without the lock by whoever wants to know whether anybody waits. */
    private volatile int tenantsWaiting;

    private int underWay;

    /** @param most works that are done at a time */
    LongWork(int most) {
        this.most = most;
    }

    private static final class Turn {

        private final LongWork of;
        private final TenantId tenant;
        private long since = System.nanoTime();

        Turn(LongWork of, TenantId tenant) {
            this.of = of;
            this.tenant = tenant;
        }
    }

    /** Whether what is done with so many bytes or characters of JSON takes long. */
    public static boolean isOver(long size) {
        return size > LONG;
    }

    /**
     * Waits for the tenant's turn and for the end of the work. On a thread that the kernel interrupts it is done at once.
     *
     * @param work computes, and needs nothing that the calling thread is bound to but its {@link Capacity}
     */
    public static <T> T of(TenantId tenant, Supplier<T> work) {
        return Thread.currentThread().isVirtual() ? SHARED.inTurn(tenant, work) : work.get();
    }

    /** Writes something whose length shows when it is written. */
    public interface Writing {
        void to(OutputStream out) throws IOException;
    }

    /** What is written; here if that is short, and otherwise begun again when it is the tenant's turn. */
    public static byte[] written(TenantId tenant, Writing writing) throws IOException {
        var beginning = new Beginning();
        try {
            writing.to(beginning);
            return beginning.toByteArray();
        } catch (IOException | RuntimeException failed) {
            if (!beginning.isOver) {
                throw failed;
            }
        }
        try {
            return of(tenant, () -> whole(writing));
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
    }

    private static byte[] whole(Writing writing) {
        var out = new ByteArrayOutputStream();
        try {
            writing.to(out);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return out.toByteArray();
    }

    /** Ends with an exception where it becomes long. */
    private static final class Beginning extends ByteArrayOutputStream {

        private boolean isOver;

        @Override
        public void write(int next) {
            check(1);
            super.write(next);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            check(length);
            super.write(bytes, offset, length);
        }

        private void check(int more) {
            if (LongWork.isOver((long) count + more)) {
                isOver = true;
                throw new IllegalStateException("What is written is long");
            }
        }
    }

    <T> T inTurn(TenantId tenant, Supplier<T> work) {
        Capacity capacity = Capacity.current();
        var task = new FutureTask<T>(() -> capacity.call(
                () -> ScopedValue.where(CURRENT, new Turn(this, tenant)).call(work::get)));
        synchronized (waiting) {
            queue(tenant)
                    .addLast(() -> threads.execute(() -> {
                        try {
                            task.run();
                        } finally {
                            ended();
                        }
                    }));
            grant();
        }
        return result(task);
    }

    /**
     * A place where the running work may be left: if it has had its turn, and another tenant waits, that one is served first. Costs
     * next to nothing otherwise, and nothing outside of long work.
     */
    public static void giveWay() {
        if (CURRENT.isBound()) {
            Turn turn = CURRENT.get();
            if (turn.of.tenantsWaiting > 0 && System.nanoTime() - turn.since > LONGEST_TURN) {
                turn.of.leave(turn);
            }
        }
    }

    private void leave(Turn turn) {
        var again = new CountDownLatch(1);
        synchronized (waiting) {
            if (waiting.size() == 1 && waiting.containsKey(turn.tenant)) {
                return;
            }
            queue(turn.tenant).addFirst(again::countDown);
            underWay--;
            grant();
        }
        var unused = uninterrupted(() -> {
            again.await();
            return again;
        });
        turn.since = System.nanoTime();
    }

    private void ended() {
        synchronized (waiting) {
            underWay--;
            grant();
        }
    }

    private Deque<Runnable> queue(TenantId tenant) {
        return waiting.computeIfAbsent(tenant, isNew -> new ArrayDeque<>());
    }

    /** Whose turn it is goes on, as long as there is a processor for it. */
    private void grant() {
        while (underWay < most && !waiting.isEmpty()) {
            Map.Entry<TenantId, Deque<Runnable>> first = waiting.pollFirstEntry();
            underWay++;
            first.getValue().removeFirst().run();
            if (!first.getValue().isEmpty()) {
                waiting.putLast(first.getKey(), first.getValue());
            }
        }
        tenantsWaiting = waiting.size();
    }

    /** How many works wait to be begun or gone on with. */
    int waiting() {
        synchronized (waiting) {
            return waiting.values().stream().mapToInt(Deque::size).sum();
        }
    }

    private static <T> T result(FutureTask<T> task) {
        try {
            return uninterrupted(task::get);
        } catch (ExecutionException failed) {
            switch (Objects.requireNonNull(failed.getCause())) {
                case RuntimeException refused -> throw refused;
                case Error error -> throw error;
                default -> throw new IllegalStateException(failed);
            }
        }
    }

    private interface Waiting<T, X extends Exception> {
        T get() throws InterruptedException, X;
    }

    private static <T, X extends Exception> T uninterrupted(Waiting<T, X> waiting) throws X {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return waiting.get();
                } catch (InterruptedException stopping) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
