package audit.incident;

import audit.incident.IncidentCommand.OpenIncident;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.DisallowReplay;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.ContainmentEvent.PostureSet;
import tenancy.Posture;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;

/** What a rule has contained is an incident: it is opened in the rule's name, with the minute that the rule looked at. */
@Component
@ProcessingGroup("incidents_by_rule")
@DisallowReplay
class WhenRuleContainsOpenIncident {

    private static final Duration LOOKED_AT = Duration.ofMinutes(1);
    private static final int LONGEST_TITLE = 200;
    private static final String THERE = "select count(*) from audit.incident where tenant_id = ? and incident = ?";

    private final TenantCommands commands;
    private final JdbcTemplate database;
    private final Clock clock;

    WhenRuleContainsOpenIncident(TenantCommands commands, JdbcTemplate database, Clock clock) {
        this.commands = commands;
        this.database = database;
        this.clock = clock;
    }

    /** Named after the containment, so that an event that is handled again opens no second one. */
    @EventHandler
    void on(PostureSet set, @MetaDataValue(value = TenantContext.TENANT, required = true) String tenant) {
        if (!set.automatic()) {
            return;
        }
        var incident = new IncidentId(new TenantId(tenant), "inc_" + set.containment());
        Long there = database.queryForObject(THERE, Long.class, tenant, incident.key());
        if (there != null && there > 0) {
            return;
        }
        String title = "%s was set to %s by %s"
                .formatted(set.scope().words(), set.posture().name().toLowerCase(Locale.ROOT), set.by());
        Object unused = commands.ask(
                TenantContext.of(incident.tenant(), set.by(), null),
                new OpenIncident(
                        incident,
                        title.substring(0, Math.min(title.length(), LONGEST_TITLE)),
                        severity(set.posture()),
                        set.scope(),
                        set.setAt().minus(LOOKED_AT),
                        null,
                        set.reason(),
                        set.by(),
                        clock.instant()));
    }

    private static Severity severity(Posture posture) {
        return switch (posture) {
            case FROZEN, KILLED -> Severity.HIGH;
            case NORMAL, APPROVAL_ALL, DRAFTS_ONLY, READ_ONLY -> Severity.MEDIUM;
        };
    }
}
