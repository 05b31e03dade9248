package execution;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import execution.ActionCommand.ExpireApproval;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.UUID;
import javax.sql.DataSource;
import org.axonframework.deadline.dbscheduler.DbSchedulerDeadlineManager;
import org.axonframework.messaging.Message;
import org.axonframework.messaging.ScopeAware;
import org.axonframework.messaging.ScopeDescriptor;
import org.axonframework.serialization.Serializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import tenancy.ActionId;
import tenancy.NotFound;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;

/**
 * Axon deadlines on db-scheduler: durable, shared by all nodes, told at least once.
 *
 * <p>A deadline is written before the events of its unit of work are, so no held action is without one; one whose action
 * never came to be, or has moved on, finds nothing to do. It is not handled by the aggregate on the scheduler's thread,
 * where it would race with the lane: its scope is told of it as a command, like everything else.
 */
@Component
class ApprovalDeadlines implements Holds.Deadlines, ScopeAware, SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(ApprovalDeadlines.class);

    /** Between the web server, which sends no more, and Axon with its lanes. */
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 2560;

    private static final String TABLE = "execution.scheduled_task";
    private static final Duration PATIENCE_AT_STOP = Duration.ofSeconds(1);
    private static final int THREADS = 2;

    private final TenantCommands commands;
    private final Actions actions;
    private final Clock clock;
    private final Scheduler scheduler;
    private final DbSchedulerDeadlineManager deadlines;
    private volatile boolean running;

    ApprovalDeadlines(
            TenantCommands commands,
            Actions actions,
            Clock clock,
            @Qualifier("systemDataSource") DataSource database,
            @Qualifier("eventSerializer") Serializer serializer,
            ApprovalSettings settings,
            Supplier<UUID> ids) {
        this.commands = commands;
        this.actions = actions;
        this.clock = clock;
        this.scheduler = Scheduler.create(database, DbSchedulerDeadlineManager.humanReadableTask(this::deadlines))
                .tableName(TABLE)
                .schedulerName(new SchedulerName.Fixed("node-" + ids.get()))
                .threads(THREADS)
                .pollingInterval(settings.poll())
                .shutdownMaxWait(PATIENCE_AT_STOP)
                .build();
        this.deadlines = DbSchedulerDeadlineManager.builder()
                .scheduler(scheduler)
                .serializer(serializer)
                .scopeAwareProvider(scope -> Stream.of(this))
                .useBinaryPojo(false)
                .startScheduler(false)
                .stopScheduler(false)
                .build();
    }

    private DbSchedulerDeadlineManager deadlines() {
        return deadlines;
    }

    @Override
    public void set(ActionId action, Instant at) {
        String unused = deadlines.schedule(
                at,
                ApprovalDeadline.NAME,
                null,
                new ApprovalDeadline(action.tenant().value(), action.key()));
    }

    @Override
    public boolean canResolve(ScopeDescriptor scope) {
        return scope instanceof ApprovalDeadline;
    }

    /** A failure is told to the scheduler, which tries again. */
    @Override
    public void send(Message<?> deadline, ScopeDescriptor scope) {
        if (scope instanceof ApprovalDeadline due) {
            expire(new ActionId(new TenantId(due.tenant()), due.action()));
        }
    }

    private void expire(ActionId action) {
        try {
            TenantContext within =
                    actions.find(action, null).askedIn(TenantContext.of(action.tenant(), "platform:approvals", null));
            ActionState unused = commands.ask(within, new ExpireApproval(action, clock.instant()));
        } catch (NotFound neverCommitted) {
            log.debug("A deadline of {}, which never came to be", action, neverCommitted);
        }
    }

    @Override
    public void start() {
        scheduler.start();
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        scheduler.stop();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
