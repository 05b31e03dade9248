package audit.incident;

import audit.incident.IncidentEvent.IncidentClosed;
import audit.incident.IncidentEvent.IncidentOpened;
import java.util.List;
import java.util.Set;
import org.axonframework.eventhandling.EventMessage;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tenancy.EventRows;
import tenancy.InlineRows;
import tenancy.TenantContext;

/** An incident is in its tenant's list from the commit that opens it. */
@Configuration(proxyBeanMethods = false)
class IncidentRows {

    private static final String TABLE = "audit.incident";
    private static final String TEXT = "text";
    private static final String TIME = "timestamptz";

    @Bean
    InlineRows writesOpenedIncidents() {
        return new EventRows(
                "incident_opened",
                TABLE,
                """
                insert into audit.incident (tenant_id, incident, title, severity, scope_kind, scope_key, begins_at, ends_at,
                    opened_at, opened_by)
                select * from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::timestamptz[],
                    ?::timestamptz[], ?::timestamptz[], ?::text[])\
                """,
                List.of(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TIME, TIME, TIME, TEXT),
                Set.of(),
                event -> event.getPayload() instanceof IncidentOpened opened
                        ? row(
                                tenant(event),
                                opened.incident(),
                                opened.title(),
                                opened.severity().word(),
                                opened.scope().kind().word(),
                                opened.scope().key(),
                                opened.from().toString(),
                                opened.until() == null ? null : opened.until().toString(),
                                opened.openedAt().toString(),
                                opened.by())
                        : List.of());
    }

    @Bean
    InlineRows writesClosedIncidents() {
        return new EventRows(
                "incident_closed",
                TABLE,
                """
                update audit.incident i set ends_at = t.ends_at, closed_at = t.closed_at
                from unnest(?::text[], ?::text[], ?::timestamptz[], ?::timestamptz[])
                    as t(tenant_id, incident, ends_at, closed_at)
                where i.tenant_id = t.tenant_id and i.incident = t.incident\
                """,
                List.of(TEXT, TEXT, TIME, TIME),
                Set.of(),
                event -> event.getPayload() instanceof IncidentClosed closed
                        ? row(
                                tenant(event),
                                closed.incident(),
                                closed.until().toString(),
                                closed.closedAt().toString())
                        : List.of());
    }

    private static List<Object[]> row(@Nullable Object... values) {
        return java.util.Collections.singletonList(values);
    }

    private static String tenant(EventMessage<?> event) {
        if (event.getMetaData().get(TenantContext.TENANT) instanceof String tenant) {
            return tenant;
        }
        throw new IllegalStateException("An incident without a tenant");
    }
}
