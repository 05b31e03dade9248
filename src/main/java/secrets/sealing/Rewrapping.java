package secrets.sealing;

import java.security.GeneralSecurityException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import secrets.sealing.SealingEvent.DataKeysWrappedAgain;
import tenancy.TenantContext;
import tenancy.TenantId;

/**
 * Wraps every data key with the key in force, some at a time and each in a transaction of its own, while everybody goes
 * on sealing and opening. What a stop interrupts, the next start finishes.
 */
@Component
class Rewrapping implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Rewrapping.class);
    /** Between the web server, which sends no more, and Axon with its lanes. */
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 2560;

    private static final int STEP = 100;

    private final DataKeys dataKeys;
    private final Keyring keyring;
    private final SealingJournal journal;
    private final Object guard = new Object();
    private boolean running;
    private boolean again;
    private @Nullable Thread worker;

    Rewrapping(DataKeys dataKeys, Keyring keyring, SealingJournal journal) {
        this.dataKeys = dataKeys;
        this.keyring = keyring;
        this.journal = journal;
    }

    /** Begins, or goes once more over all of them after what is under way. */
    void begin() {
        synchronized (guard) {
            again = true;
            if (running && worker == null) {
                worker = Thread.ofVirtual().name("rewrapping").start(this::run);
            }
        }
    }

    boolean underWay() {
        synchronized (guard) {
            return worker != null;
        }
    }

    private void run() {
        try {
            while (more()) {
                wrapAll();
            }
        } catch (RuntimeException failed) {
            log.warn("Data keys are not all wrapped with the key in force, ask for it again: {}", failed.toString());
            synchronized (guard) {
                worker = null;
            }
        }
    }

    private boolean more() {
        synchronized (guard) {
            boolean more = running && again;
            again = false;
            if (!more) {
                worker = null;
            }
            return more;
        }
    }

    private void wrapAll() {
        String inForce = keyring.inForce();
        long wrapped = 0;
        long failed = 0;
        List<TenantId> step = dataKeys.notWrappedBy(inForce, "", STEP);
        while (!step.isEmpty() && isRunning()) {
            for (TenantId tenant : step) {
                try {
                    wrapped += dataKeys.wrapAgain(tenant, inForce) ? 1 : 0;
                } catch (GeneralSecurityException unopened) {
                    failed++;
                    log.warn("The data key of {} does not open and is left as it is", tenant);
                }
            }
            step = dataKeys.notWrappedBy(inForce, step.getLast().value(), STEP);
        }
        if (wrapped + failed > 0) {
            journal.write(
                    TenantContext.of(TenantId.FLEET, "platform:sealing", null),
                    new DataKeysWrappedAgain(inForce, wrapped, failed));
        }
    }

    @Override
    public void start() {
        synchronized (guard) {
            running = true;
        }
        begin();
    }

    /** The key in hand is finished; the others wait for the next start. */
    @Override
    public void stop() {
        Thread thread;
        synchronized (guard) {
            running = false;
            thread = worker;
        }
        if (thread != null) {
            try {
                thread.join(1_000);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        synchronized (guard) {
            return running;
        }
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
