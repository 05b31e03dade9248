package tenancy.containment;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tenancy.Caller;
import tenancy.Cause;
import tenancy.ContainmentScope.Kind;
import tenancy.Identifiers;
import tenancy.InvalidField;
import tenancy.Page;
import tenancy.Posture;
import tenancy.Role;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.containment.ContainmentCommand.ReadRules;
import tenancy.containment.ContainmentCommand.RemoveRule;
import tenancy.containment.ContainmentCommand.SetRule;
import tenancy.containment.Rule.Mode;
import tenancy.containment.Rule.Trigger;

/** Rules that contain by themselves. */
@RestController
@RequestMapping("/v1/containment/rules")
class RulesEndpoint {

    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(7);
    private static final long HIGHEST = 1_000_000_000_000L;
    private static final Set<Kind> MEASURED = Set.of(Kind.AGENT, Kind.RUN, Kind.TENANT);

    private final TenantCommands commands;
    private final Clock clock;

    RulesEndpoint(TenantCommands commands, Clock clock) {
        this.commands = commands;
        this.clock = clock;
    }

    /**
     * @param threshold of the trigger's measure in a minute, 1 or more
     * @param scope {@code agent}, {@code run} or {@code tenant}: what is measured, and contained
     * @param posture that is set; not {@code normal}, and not {@code killed}: that is for people
     * @param lifetime of the containment, a minute to seven days, ISO 8601
     */
    record Wanted(Trigger trigger, long threshold, Kind scope, Mode mode, Posture posture, Duration lifetime) {}

    /** A rule in force. */
    record RuleView(
            String name,
            Trigger trigger,
            long threshold,
            Kind scope,
            Mode mode,
            Posture posture,
            Duration lifetime,
            Cause.Owner owner) {

        static RuleView of(Rule rule) {
            return new RuleView(
                    rule.name(),
                    rule.trigger(),
                    rule.threshold(),
                    rule.scope(),
                    rule.mode(),
                    rule.posture(),
                    rule.lifetime(),
                    rule.owner());
        }
    }

    /** Sets a rule, or changes it. */
    @PutMapping("/{rule}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    RuleView set(TenantContext context, Caller caller, @PathVariable String rule, @RequestBody Wanted wanted) {
        var unused = ContainmentEndpoint.named(context);
        var checked = new Rule(
                Identifiers.check("rule", rule),
                wanted.trigger(),
                inRange(wanted.threshold()),
                wanted.scope(),
                wanted.mode(),
                wanted.posture(),
                wanted.lifetime(),
                ContainmentEndpoint.owner(caller));
        if (!MEASURED.contains(checked.scope())) {
            throw new InvalidField("/scope", "enum", "must be agent, run or tenant");
        }
        if (checked.posture() == Posture.NORMAL || checked.posture() == Posture.KILLED) {
            throw new InvalidField("/posture", "enum", "must be approval_all, drafts_only, read_only or frozen");
        }
        if (checked.lifetime().compareTo(SHORTEST) < 0 || checked.lifetime().compareTo(LONGEST) > 0) {
            throw new InvalidField("/lifetime", "range", "must be from PT1M to P7D");
        }
        return RuleView.of(
                commands.ask(context, new SetRule(new PostureBookId(context.tenant()), checked, clock.instant())));
    }

    private static long inRange(long threshold) {
        if (threshold < 1 || threshold > HIGHEST) {
            throw new InvalidField("/threshold", "range", "must be from 1 to " + HIGHEST);
        }
        return threshold;
    }

    /** The rules in force. */
    @GetMapping
    @PreAuthorize("hasRole('AUDITOR')")
    Page<RuleView> list(TenantContext context) {
        List<Rule> rules = commands.ask(context, new ReadRules(new PostureBookId(context.tenant())));
        @Nullable String noMore = null;
        return new Page<>(rules.stream().map(RuleView::of).toList(), noMore);
    }

    /** Removes a rule; what it has contained stays so. */
    @DeleteMapping("/{rule}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<Void> remove(TenantContext context, Caller caller, @PathVariable String rule) {
        Object unused = commands.ask(
                context,
                new RemoveRule(
                        new PostureBookId(context.tenant()),
                        Identifiers.check("rule", rule),
                        ContainmentEndpoint.owner(caller),
                        clock.instant()));
        return ResponseEntity.noContent().build();
    }
}
