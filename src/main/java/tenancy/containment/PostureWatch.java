package tenancy.containment;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.Capacity;
import tenancy.Cause;
import tenancy.ContainmentScope;
import tenancy.Posture;
import tenancy.Recurring;
import tenancy.Restriction;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.containment.Confirmations.Change;
import tenancy.containment.ContainmentCommand.ExpirePostures;
import tenancy.containment.ContainmentCommand.ReadPosturesAgain;
import tenancy.containment.KnownPostures.Standing;

/**
 * Knows what is contained before anything is served, hears several times a second of what other nodes have changed, and
 * ends what has a time.
 */
@Component
class PostureWatch implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(PostureWatch.class);

    /** Before dispatchers, lanes and the web server, and after every bean, the migrations included, was made. */
    private static final int EARLY = Integer.MIN_VALUE + 1_001;

    private static final Duration LOOKS_EVERY = Duration.ofMillis(250);

    private static final String IN_FORCE = """
        select tenant_id, containment, scope, key, posture, reason, owner, set_by, epoch, set_at, expires_at
        from tenancy.containment where state = 'in_force' order by tenant_id, epoch\
        """;

    /** In force, and not told of when an earlier process ended. */
    private static final String UNCONFIRMED = """
        select c.tenant_id, c.containment, c.scope, c.key, c.posture, c.reason, c.owner, c.set_by, c.epoch, c.set_at,
            c.expires_at
        from tenancy.containment c where c.state = 'in_force' and not exists (
            select from tenancy.containment_receipt r where r.tenant_id = c.tenant_id
                and r.containment = c.containment and r.epoch = c.epoch)\
        """;

    private static final String RULES = """
        select tenant_id, rule, trigger, threshold, scope, mode, posture, lifetime_seconds, owner
        from tenancy.containment_rule order by tenant_id, rule\
        """;

    /** Approvals wait for thirty days at most: what stood still long ago moves the end of none that is looked at. */
    private static final String STOOD = """
        select tenant_id, scope, key, set_at, released_at from tenancy.containment
        where state <> 'in_force' and posture in ('frozen', 'killed') and released_at > clock_timestamp() - interval '60 days'
        order by tenant_id, released_at\
        """;

    private static final int RULES_EVERY = 20;

    private static final String EPOCHS = "select tenant_id, epoch from tenancy.posture_epoch";

    /** Looked back for so long: a commit may lag behind its time. */
    private static final String LATELY = """
        select tenant_id, epoch from tenancy.posture_epoch where changed_at > clock_timestamp() - interval '5 minutes'\
        """;

    private final JdbcTemplate everyTenant;
    private final KnownPostures known;
    private final PostureBooks books;
    private final TenantCommands commands;
    private final Nodes nodes;
    private final Confirmations confirmations;
    private final WatchedConduct conduct;
    private final Clock clock;
    private final Recurring timer = new Recurring("containments", LOOKS_EVERY, () -> Capacity.CONTROL.run(this::look));
    private boolean resumed;
    private int looks;

    PostureWatch(
            @Qualifier("systemDataSource") DataSource everyTenant,
            KnownPostures known,
            PostureBooks books,
            TenantCommands commands,
            Nodes nodes,
            Confirmations confirmations,
            WatchedConduct conduct,
            Clock clock) {
        this.everyTenant = new JdbcTemplate(everyTenant);
        this.known = known;
        this.books = books;
        this.commands = commands;
        this.nodes = nodes;
        this.confirmations = confirmations;
        this.conduct = conduct;
        this.clock = clock;
    }

    private void load() {
        Map<TenantId, List<Restriction>> inForce = new HashMap<>();
        everyTenant.query(IN_FORCE, row -> {
            inForce.computeIfAbsent(new TenantId(row.getString("tenant_id")), none -> new ArrayList<>())
                    .add(restriction(row));
        });
        Map<TenantId, List<Stillness>> stood = new HashMap<>();
        everyTenant.query(STOOD, row -> {
            stood.computeIfAbsent(new TenantId(row.getString("tenant_id")), none -> new ArrayList<>())
                    .add(new Stillness(
                            scope(row),
                            row.getTimestamp("set_at").toInstant(),
                            row.getTimestamp("released_at").toInstant()));
        });
        everyTenant.query(EPOCHS, row -> {
            TenantId tenant = new TenantId(row.getString("tenant_id"));
            books.know(tenant);
            known.know(
                    tenant,
                    new Standing(
                            row.getLong("epoch"),
                            inForce.getOrDefault(tenant, List.of()),
                            newest(stood.getOrDefault(tenant, List.of()))));
        });
    }

    static Restriction restriction(ResultSet row) throws SQLException {
        Timestamp expiresAt = row.getTimestamp("expires_at");
        return new Restriction(
                row.getString("containment"),
                scope(row),
                Posture.valueOf(upper(row.getString("posture"))),
                row.getString("reason"),
                Cause.Owner.valueOf(upper(row.getString("owner"))),
                row.getString("set_by"),
                row.getLong("epoch"),
                row.getTimestamp("set_at").toInstant(),
                expiresAt == null ? null : expiresAt.toInstant());
    }

    private static ContainmentScope scope(ResultSet row) throws SQLException {
        return new ContainmentScope(ContainmentScope.Kind.valueOf(upper(row.getString("scope"))), row.getString("key"));
    }

    private static List<Stillness> newest(List<Stillness> periods) {
        return periods.subList(Math.max(0, periods.size() - PostureBook.MOST_PERIODS), periods.size());
    }

    private static String upper(String word) {
        return word.toUpperCase(Locale.ROOT);
    }

    /** Rules that another node has set are heard of a little later than postures. */
    private void readRules() {
        Map<TenantId, List<Rule>> all = new HashMap<>();
        everyTenant.query(RULES, row -> {
            all.computeIfAbsent(new TenantId(row.getString("tenant_id")), none -> new ArrayList<>())
                    .add(new Rule(
                            row.getString("rule"),
                            Rule.Trigger.valueOf(upper(row.getString("trigger"))),
                            row.getLong("threshold"),
                            ContainmentScope.Kind.valueOf(upper(row.getString("scope"))),
                            Rule.Mode.valueOf(upper(row.getString("mode"))),
                            Posture.valueOf(upper(row.getString("posture"))),
                            Duration.ofSeconds(row.getLong("lifetime_seconds")),
                            Cause.Owner.valueOf(upper(row.getString("owner")))));
        });
        conduct.knowAll(all);
    }

    private void look() {
        Instant begun = nodes.now();
        if (looks++ % RULES_EVERY == 0) {
            readRules();
        }
        if (!resumed) {
            resume();
            resumed = true;
        }
        boolean news = false;
        for (Map.Entry<TenantId, Long> lately : lately().entrySet()) {
            if (lately.getValue() > known.of(lately.getKey()).epoch()) {
                Object unused =
                        commands.ask(of(lately.getKey()), new ReadPosturesAgain(new PostureBookId(lately.getKey())));
                news = true;
            }
        }
        nodes.looked(begun, news);
        expire();
    }

    /**
     * Only once the lanes are open. What has to be read to contain, or to release, is read before anybody waits for it.
     */
    private void resume() {
        confirmations.warmUp();
        known.all().forEach((tenant, standing) -> {
            if (!standing.inForce().isEmpty()) {
                var unused = commands.send(of(tenant), new ReadPosturesAgain(new PostureBookId(tenant)));
            }
        });
        everyTenant.query(UNCONFIRMED, row -> {
            Restriction restriction = restriction(row);
            confirmations.follow(new Change(
                    TenantContext.of(new TenantId(row.getString("tenant_id")), restriction.by(), null),
                    restriction,
                    restriction.posture(),
                    restriction.reason(),
                    restriction.by(),
                    restriction.epoch(),
                    restriction.since()));
        });
    }

    private Map<TenantId, Long> lately() {
        Map<TenantId, Long> found = new HashMap<>();
        everyTenant.query(LATELY, row -> {
            found.put(new TenantId(row.getString("tenant_id")), row.getLong("epoch"));
        });
        return found;
    }

    private void expire() {
        Instant now = clock.instant();
        known.all().forEach((tenant, standing) -> {
            boolean due = standing.inForce().stream()
                    .anyMatch(one -> one.expiresAt() != null && !now.isBefore(one.expiresAt()));
            if (due) {
                Object unused = commands.ask(of(tenant), new ExpirePostures(new PostureBookId(tenant), now));
            }
        });
    }

    private static TenantContext of(TenantId tenant) {
        return TenantContext.of(tenant, "platform:containment", null);
    }

    @Override
    public void start() {
        load();
        timer.start();
    }

    @Override
    public void stop() {
        boolean wasRunning = timer.isRunning();
        confirmations.stop();
        if (wasRunning) {
            timer.stop();
            try {
                nodes.leave();
            } catch (RuntimeException away) {
                LOG.debug("This node is forgotten a moment later", away);
            }
        }
    }

    @Override
    public boolean isRunning() {
        return timer.isRunning();
    }

    @Override
    public int getPhase() {
        return EARLY;
    }
}
