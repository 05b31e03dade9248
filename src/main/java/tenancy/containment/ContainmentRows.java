package tenancy.containment;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.axonframework.eventhandling.EventMessage;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tenancy.ContainmentEvent;
import tenancy.ContainmentEvent.ContainmentConfirmed;
import tenancy.ContainmentEvent.ContainmentRuleFired;
import tenancy.ContainmentEvent.ContainmentRuleRemoved;
import tenancy.ContainmentEvent.ContainmentRuleSet;
import tenancy.ContainmentEvent.PostureReleased;
import tenancy.ContainmentEvent.PostureSet;
import tenancy.ContainmentEvent.ReleaseAsked;
import tenancy.EventRows;
import tenancy.InlineRows;
import tenancy.TenantContext;

/** What is contained, for lists and other nodes; and the epoch. Committed with the events: a posture holds from there. */
@Configuration(proxyBeanMethods = false)
class ContainmentRows {

    private static final String TEXT = "text";
    private static final String NUMBER = "int8";
    private static final String TIME = "timestamptz";
    private static final String TABLE = "tenancy.containment";
    private static final List<Object[]> NONE = List.of();

    @Bean
    InlineRows writesContainments() {
        return new EventRows(
                "containment_set",
                TABLE,
                """
                insert into tenancy.containment (tenant_id, containment, scope, key, posture, reason, owner, automatic,
                    set_by, epoch, set_at, expires_at, two_person_release, state)
                select t.*, 'in_force'
                from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bool[],
                    ?::text[], ?::int8[], ?::timestamptz[], ?::timestamptz[], ?::bool[]) as t\
                """,
                List.of(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, "bool", TEXT, NUMBER, TIME, TIME, "bool"),
                event -> event.getPayload() instanceof PostureSet set
                        ? row(
                                tenant(event),
                                set.containment(),
                                set.scope().kind().word(),
                                set.scope().key(),
                                set.posture().word(),
                                set.reason(),
                                set.owner().name().toLowerCase(java.util.Locale.ROOT),
                                set.automatic(),
                                set.by(),
                                set.epoch(),
                                set.setAt().toString(),
                                text(set.expiresAt()),
                                set.twoPersonRelease())
                        : NONE);
    }

    @Bean
    InlineRows writesReleases() {
        return new EventRows(
                "containment_moved",
                TABLE,
                """
                update tenancy.containment c
                set state = coalesce(t.state, c.state), release_asked_by = coalesce(t.asked_by, c.release_asked_by),
                    released_by = t.released_by, release_reason = t.reason, released_at = t.released_at
                from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::timestamptz[])
                    as t (tenant_id, containment, state, asked_by, released_by, reason, released_at)
                where c.tenant_id = t.tenant_id and c.containment = t.containment\
                """,
                List.of(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TIME),
                event -> event.getPayload() instanceof ContainmentEvent happened ? moved(event, happened) : NONE);
    }

    @Bean
    InlineRows raisesEpochs() {
        return new EventRows(
                        "posture_epoch",
                        "tenancy.posture_epoch",
                        """
                insert into tenancy.posture_epoch (tenant_id, epoch, changed_at)
                select t.tenant_id, t.epoch, clock_timestamp() from unnest(?::text[], ?::int8[]) as t (tenant_id, epoch)
                where tenancy.hold_starts(t.tenant_id)
                on conflict (tenant_id) do update
                set epoch = greatest(posture_epoch.epoch, excluded.epoch), changed_at = excluded.changed_at\
                """,
                        List.of(TEXT, NUMBER),
                        event -> event.getPayload() instanceof ContainmentEvent happened
                                ? raised(event, happened)
                                : NONE)
                .withKey(1);
    }

    @Bean
    InlineRows writesRules() {
        return new EventRows(
                "containment_rule",
                "tenancy.containment_rule",
                """
                insert into tenancy.containment_rule
                    (tenant_id, rule, trigger, threshold, scope, mode, posture, lifetime_seconds, owner)
                select * from unnest(?::text[], ?::text[], ?::text[], ?::int8[], ?::text[], ?::text[], ?::text[],
                    ?::int8[], ?::text[])
                on conflict (tenant_id, rule) do update
                set trigger = excluded.trigger, threshold = excluded.threshold, scope = excluded.scope,
                    mode = excluded.mode, posture = excluded.posture, lifetime_seconds = excluded.lifetime_seconds,
                    owner = excluded.owner\
                """,
                List.of(TEXT, TEXT, TEXT, NUMBER, TEXT, TEXT, TEXT, NUMBER, TEXT),
                event -> event.getPayload() instanceof ContainmentRuleSet rule
                        ? row(
                                tenant(event),
                                rule.rule(),
                                rule.trigger(),
                                rule.threshold(),
                                rule.scope().word(),
                                rule.mode(),
                                rule.posture().word(),
                                rule.lifetimeSeconds(),
                                rule.owner().name().toLowerCase(java.util.Locale.ROOT))
                        : NONE);
    }

    @Bean
    InlineRows removesRules() {
        return new EventRows(
                "containment_rule_gone",
                "tenancy.containment_rule",
                """
                delete from tenancy.containment_rule r
                using unnest(?::text[], ?::text[]) as t (tenant_id, rule)
                where r.tenant_id = t.tenant_id and r.rule = t.rule\
                """,
                List.of(TEXT, TEXT),
                event -> event.getPayload() instanceof ContainmentRuleRemoved removed
                        ? row(tenant(event), removed.rule())
                        : NONE);
    }

    @Bean
    InlineRows writesReceipts() {
        return new EventRows(
                "containment_receipt",
                "tenancy.containment_receipt",
                """
                insert into tenancy.containment_receipt
                    (tenant_id, containment, epoch, receipt, signature, signed_by, confirmed_at)
                select * from unnest(?::text[], ?::text[], ?::int8[], ?::text[], ?::text[], ?::text[], ?::timestamptz[])
                on conflict (tenant_id, containment, epoch) do nothing\
                """,
                List.of(TEXT, TEXT, NUMBER, TEXT, TEXT, TEXT, TIME),
                event -> event.getPayload() instanceof ContainmentConfirmed told
                        ? row(
                                tenant(event),
                                told.containment(),
                                told.epoch(),
                                told.receipt(),
                                told.signature(),
                                told.signedBy(),
                                told.confirmedAt().toString())
                        : NONE);
    }

    private static List<Object[]> moved(EventMessage<?> event, ContainmentEvent happened) {
        return switch (happened) {
            case PostureSet set
            when set.replaces() != null ->
                row(
                        tenant(event),
                        set.replaces(),
                        "replaced",
                        null,
                        set.by(),
                        set.reason(),
                        set.setAt().toString());
            case ReleaseAsked asked ->
                row(tenant(event), asked.containment(), null, asked.by(), null, asked.reason(), null);
            case PostureReleased released ->
                row(
                        tenant(event),
                        released.containment(),
                        released.expired() ? "expired" : "released",
                        null,
                        released.by(),
                        released.reason(),
                        released.releasedAt().toString());
            case PostureSet _,
                    ContainmentConfirmed _,
                    ContainmentRuleSet _,
                    ContainmentRuleRemoved _,
                    ContainmentRuleFired _ -> NONE;
        };
    }

    private static List<Object[]> raised(EventMessage<?> event, ContainmentEvent happened) {
        return switch (happened) {
            case PostureSet set -> row(tenant(event), set.epoch());
            case PostureReleased released -> row(tenant(event), released.epoch());
            case ReleaseAsked _,
                    ContainmentConfirmed _,
                    ContainmentRuleSet _,
                    ContainmentRuleRemoved _,
                    ContainmentRuleFired _ -> NONE;
        };
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    private static List<Object[]> row(@Nullable Object... values) {
        return Collections.singletonList(values);
    }

    private static String tenant(EventMessage<?> event) {
        return Objects.requireNonNull((String) event.getMetaData().get(TenantContext.TENANT), TenantContext.TENANT);
    }
}
