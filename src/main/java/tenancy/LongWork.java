package tenancy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.SequencedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Computations of one tenant's that may take longer than a millisecond, on few threads of their own. Requests, lanes and
 * calls run on virtual threads, which take turns and are not interrupted: whatever computes for a tenth of a second keeps a
 * processor for as long, and as many of them as there are processors keep everybody waiting. The kernel interrupts
 * these threads, and half of the processors are always left to others. Tenants take turns.
 */
public final class LongWork {

    /** Parsing, checking and writing so much takes a millisecond. */
    private static final int LONG = 16 * 1024;

    private static final LongWork SHARED =
            new LongWork(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));

    private final ExecutorService threads;
    /** The tenant whose turn is next comes first. */
    private final SequencedMap<TenantId, Queue<FutureTask<?>>> waiting = new LinkedHashMap<>();

    /** @param most works that are done at a time */
    LongWork(int most) {
        this.threads = Executors.newFixedThreadPool(
                most, Thread.ofPlatform().daemon().name("long-work-", 0).factory());
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
        var task = new FutureTask<T>(() -> capacity.call(work::get));
        synchronized (waiting) {
            waiting.computeIfAbsent(tenant, isNew -> new ArrayDeque<>()).add(task);
        }
        threads.execute(this::next);
        return result(task);
    }

    /** How many works wait for a thread. */
    int waiting() {
        synchronized (waiting) {
            return waiting.values().stream().mapToInt(Queue::size).sum();
        }
    }

    private void next() {
        FutureTask<?> task;
        synchronized (waiting) {
            Map.Entry<TenantId, Queue<FutureTask<?>>> first = waiting.pollFirstEntry();
            task = first.getValue().remove();
            if (!first.getValue().isEmpty()) {
                waiting.putLast(first.getKey(), first.getValue());
            }
        }
        task.run();
    }

    private static <T> T result(FutureTask<T> task) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException stopping) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException failed) {
            switch (Objects.requireNonNull(failed.getCause())) {
                case RuntimeException refused -> throw refused;
                case Error error -> throw error;
                default -> throw new IllegalStateException(failed);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
