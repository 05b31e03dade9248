package execution.rollback;

import execution.rollback.RollbackEvent.RollbackEnded;
import execution.rollback.RollbackEvent.RollbackPlanned;
import execution.rollback.RollbackEvent.RollbackStarted;
import execution.rollback.RollbackEvent.StepAsked;
import execution.rollback.RollbackEvent.StepEnded;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.axonframework.eventhandling.EventMessage;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tenancy.InlineRows;
import tenancy.JournaledTypes;
import tenancy.RebuiltTables;
import tenancy.TenantContext;

/** What plans write into the journal, and the rows that are committed with it: which there are, and which still run. */
@Configuration(proxyBeanMethods = false)
class RollbackConfiguration {

    @Bean
    JournaledTypes rollbackEvents() {
        return new JournaledTypes(List.of(RollbackEvent.class));
    }

    @Bean
    RebuiltTables rollbackTables() {
        return new RebuiltTables("rollbacks", Set.of("execution.rollback"), List.of(RollbackEvent.class));
    }

    @Bean
    InlineRows writesRollbacks() {
        return new Rows();
    }

    private record Rows() implements InlineRows {

        @Override
        public String name() {
            return "execution_rollback";
        }

        @Override
        public String table() {
            return "execution.rollback";
        }

        @Override
        public String statement() {
            return """
                insert into execution.rollback (tenant_id, rollback, state, planned_at, planned_by)
                select tenant_id, rollback, state, at, principal
                from unnest(?::text[], ?::text[], ?::text[], ?::timestamptz[], ?::text[])
                    as t(tenant_id, rollback, state, at, principal)
                on conflict (tenant_id, rollback) do update set state = excluded.state\
                """;
        }

        @Override
        public List<String> types() {
            return List.of("text", "text", "text", "timestamptz", "text");
        }

        @Override
        public List<Object[]> rows(EventMessage<?> event) {
            String state = event.getPayload() instanceof RollbackEvent happened ? state(happened) : null;
            return state == null
                    ? List.of()
                    : List.<Object[]>of(new Object[] {
                        meta(event, TenantContext.TENANT),
                        ((RollbackEvent) event.getPayload()).rollback(),
                        state,
                        event.getTimestamp().toString(),
                        meta(event, TenantContext.PRINCIPAL)
                    });
        }

        private static @Nullable String state(RollbackEvent event) {
            return switch (event) {
                case RollbackPlanned _ -> "planned";
                case RollbackStarted _ -> RollbackView.RUNNING;
                case RollbackEnded _ -> "ended";
                case StepAsked _, StepEnded _ -> null;
            };
        }

        @Override
        public boolean owns(String constraint) {
            return false;
        }

        private static String meta(EventMessage<?> event, String key) {
            return Objects.requireNonNull((String) event.getMetaData().get(key), key);
        }
    }
}
