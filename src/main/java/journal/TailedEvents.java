package journal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.axonframework.eventhandling.TrackedEventData;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.serialization.SerializedType;
import org.jspecify.annotations.Nullable;

/**
 * The stream of all tenants, for projections. Most events concern none of them: handing each to every processor, and
 * looking for new ones after every commit, would cost more than the commits themselves. So those of no interest are left
 * out here, and what was committed within a moment is read at once.
 */
class TailedEvents extends StoredEvents {

    static final int WINDOW = 1_000;

    private static final Duration MOMENT = Duration.ofMillis(20);

    private final Predicate<SerializedType> interesting;
    /** Of the one thread that follows the end of the stream. */
    private long lastLook = System.nanoTime() - MOMENT.toNanos();

    /** @param builder with connections that see all tenants */
    TailedEvents(Builder builder, Predicate<SerializedType> interesting) {
        super(builder);
        this.interesting = interesting;
    }

    /** @param mayBlock true only when Axon follows the end of the stream, on behalf of all processors */
    @Override
    public Stream<? extends TrackedEventMessage<?>> readEvents(@Nullable TrackingToken token, boolean mayBlock) {
        if (mayBlock) {
            letAMomentPass();
        }
        return super.readEvents(token, mayBlock);
    }

    private void letAMomentPass() {
        try {
            Thread.sleep(Duration.ofNanos(Math.max(0, lastLook + MOMENT.toNanos() - System.nanoTime())));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        lastLook = System.nanoTime();
    }

    /** Positions add up from event to event, so the last of a window stands for all before it and is never left out. */
    @Override
    protected List<? extends TrackedEventData<?>> fetchTrackedEvents(@Nullable TrackingToken token, int batchSize) {
        List<? extends TrackedEventData<?>> window = super.fetchTrackedEvents(token, batchSize);
        List<TrackedEventData<?>> kept = new ArrayList<>();
        for (int i = 0; i < window.size(); i++) {
            TrackedEventData<?> event = window.get(i);
            if (i == window.size() - 1 || interesting.test(event.getPayload().getType())) {
                kept.add(event);
            }
        }
        return kept;
    }
}
