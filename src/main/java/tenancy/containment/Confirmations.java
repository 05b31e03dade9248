package tenancy.containment;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tenancy.Capacity;
import tenancy.ContainedWork;
import tenancy.ContainedWork.Containment;
import tenancy.ContainedWork.Fate;
import tenancy.ContainedWork.Reached;
import tenancy.Posture;
import tenancy.Restriction;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.containment.ContainmentCommand.ConfirmContainment;

/**
 * Follows a change until all that it reached is known and every node has heard of it; then the receipt is signed and
 * written down. Whoever asked is answered before, if that takes longer.
 */
@Component
class Confirmations {

    private static final Logger LOG = LoggerFactory.getLogger(Confirmations.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final TenantCommands commands;
    private final PostureNews news;
    private final Nodes nodes;
    private final ScopedAgents agents;
    private final ReceiptKeys keys;
    private final Clock clock;
    private volatile boolean stopping;

    Confirmations(
            TenantCommands commands,
            PostureNews news,
            Nodes nodes,
            ScopedAgents agents,
            ReceiptKeys keys,
            Clock clock) {
        this.commands = commands;
        this.news = news;
        this.nodes = nodes;
        this.agents = agents;
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * One change that is followed.
     *
     * @param posture what it changed to; normal for a release
     * @param epoch of the change
     */
    record Change(
            TenantContext context,
            Restriction restriction,
            Posture posture,
            String reason,
            String by,
            long epoch,
            Instant requestedAt) {}

    /** What is known up to now; a change is followed on a thread of its own. */
    private final class Following implements Runnable {

        private final Change change;
        private final CompletableFuture<SignedReceipt> confirmed = new CompletableFuture<>();
        private volatile List<Reached> soFar = List.of();
        /** By when it was committed, by the database's clock. */
        private @Nullable Instant committed;

        Following(Change change) {
            this.change = change;
        }

        @Override
        public void run() {
            Duration pause = FIRST_PAUSE;
            while (!stopping) {
                try {
                    if (step()) {
                        return;
                    }
                } catch (RuntimeException failed) {
                    if (stopping) {
                        return;
                    }
                    LOG.warn(
                            "A containment of {} is not confirmed yet",
                            change.context().tenant(),
                            failed);
                }
                if (!slept(pause)) {
                    return;
                }
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        }

        /** True once it is confirmed. */
        private boolean step() {
            if (committed == null) {
                committed = nodes.now();
            }
            if (change.posture() != Posture.NORMAL) {
                soFar = stopped(change, soFar);
            }
            if (soFar.stream().anyMatch(one -> one.fate() == Fate.REQUESTED)) {
                return false;
            }
            List<String> heard = nodes.heard(committed).orElse(null);
            if (heard == null) {
                return false;
            }
            SignedReceipt receipt = keys.sign(receipt(change, soFar, clock.instant(), heard));
            confirmed.complete(receipt);
            Object unused = commands.ask(
                    TenantContext.of(change.context().tenant(), "platform:containment", null),
                    new ConfirmContainment(
                            new PostureBookId(change.context().tenant()),
                            change.restriction().containment(),
                            change.epoch(),
                            new String(
                                    Base64.getDecoder().decode(receipt.proof().payload()), StandardCharsets.UTF_8),
                            receipt.proof().signature(),
                            receipt.proof().keyId(),
                            clock.instant()));
            return true;
        }
    }

    /** Follows the change; whoever wants to know reads it later. */
    void follow(Change change) {
        begin(new Following(change));
    }

    private static Following begin(Following following) {
        Thread unused = Thread.ofVirtual().name("containment").start(() -> Capacity.CONTROL.run(following));
        return following;
    }

    /** Follows the change, and answers what is known of it after this time at the latest. */
    SignedReceipt follow(Change change, Duration longest) {
        Following following = begin(new Following(change));
        try {
            return following.confirmed.get(longest.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException notYet) {
            return keys.sign(receipt(change, following.soFar, null, List.of()));
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            return keys.sign(receipt(change, following.soFar, null, List.of()));
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    void stop() {
        stopping = true;
    }

    /** Has the key at hand before the first receipt; where that fails now, it is tried again with that. */
    void warmUp() {
        try {
            var unused = keys.publicKey();
        } catch (RuntimeException later) {
            LOG.warn("The key that signs receipts is not at hand yet: {}", later.toString());
        }
    }

    Containment containment(TenantContext context, Restriction restriction, Posture posture, String reason) {
        return new Containment(
                restriction.containment(),
                context,
                restriction.scope(),
                posture,
                restriction.cause(),
                reason,
                restriction.since(),
                agents.of(context.tenant(), restriction.scope()));
    }

    private List<Reached> stopped(Change change, List<Reached> soFar) {
        Map<String, Reached> all = new LinkedHashMap<>();
        soFar.forEach(one -> all.put(one.kind() + '/' + one.id(), one));
        Containment containment =
                containment(change.context(), change.restriction(), change.posture(), change.reason());
        for (ContainedWork work : news.all()) {
            work.stop(containment, soFar).forEach(one -> all.put(one.kind() + '/' + one.id(), one));
        }
        return List.copyOf(all.values());
    }

    private static ContainmentReceipt receipt(
            Change change, List<Reached> reached, @Nullable Instant confirmedAt, List<String> heard) {
        Restriction restriction = change.restriction();
        List<Reached> told = reached.subList(0, Math.min(reached.size(), ContainmentReceipt.MOST_TOLD));
        return new ContainmentReceipt(
                ContainmentReceipt.TYPE,
                change.context().tenant().value(),
                restriction.containment(),
                restriction.scope().kind().word(),
                restriction.scope().key(),
                change.posture().word(),
                confirmedAt == null ? ContainmentReceipt.REQUESTED : ContainmentReceipt.CONFIRMED,
                change.reason(),
                change.by(),
                restriction.owner().name().toLowerCase(Locale.ROOT),
                change.epoch(),
                change.requestedAt(),
                confirmedAt,
                change.posture() == Posture.NORMAL ? null : restriction.expiresAt(),
                counts(reached),
                told,
                reached.size() - told.size(),
                heard);
    }

    /** How many of each kind and fate. */
    static Map<String, Integer> counts(Collection<Reached> reached) {
        Map<String, Integer> counts = new TreeMap<>();
        for (Reached one : new ArrayList<>(reached)) {
            counts.merge(one.kind() + '/' + one.fate().name().toLowerCase(Locale.ROOT), 1, Integer::sum);
        }
        return counts;
    }

    private static boolean slept(Duration pause) {
        try {
            Thread.sleep(pause);
            return true;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
