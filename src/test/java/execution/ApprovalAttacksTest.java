package execution;

import static execution.House.ACME;
import static execution.House.META;
import static execution.House.NOW;
import static execution.House.submit;
import static org.assertj.core.api.Assertions.assertThat;

import execution.ActionCommand.CancelAction;
import execution.ActionCommand.DenyApproval;
import execution.ActionCommand.ExpireApproval;
import execution.ActionCommand.GrantApproval;
import execution.ActionEvent.ActionHeld;
import execution.ActionEvent.ActionReleased;
import execution.ActionEvent.ApprovalGranted;
import execution.ActionEvent.ApprovalRequested;
import execution.ActionEvent.Hold;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import policy.Layer;
import policy.Policies;
import policy.Verdict;
import policy.Verdict.Allowed;
import policy.Verdict.Approval;
import policy.Verdict.Denied;
import policy.Verdict.NeedsApproval;
import policy.Verdict.Reason;
import tenancy.ActionId;
import tenancy.Refusal;
import tenancy.Role;

/**
 * Whoever tries to get an action through without the people it needs: the requester, agents, wrong roles, the same person
 * twice, too late, under another digest, after the policy has changed. Read from the journal alone, no action is ever
 * released that was not agreed to as its hold says.
 */
class ApprovalAttacksTest {

    private static final int HISTORIES = 500;
    private static final int ATTEMPTS = 30;
    private static final String REQUESTER = "key:k_1";
    private static final ActionId ACTION = new ActionId(ACME, "act_1");
    private static final List<String> PRINCIPALS =
            List.of(REQUESTER, "key:k_2", "oidc:maria", "oidc:paul", "oidc:eve", "key:k_admin");
    private static final List<Role> ROLES =
            List.of(Role.AGENT, Role.APPROVER, Role.APPROVER, Role.TENANT_ADMIN, Role.OPERATOR, Role.AUDITOR);
    private static final List<String> NAMED = List.of("approver", "tenant_admin", "operator");
    private static final List<Reason> REASONS =
            List.of(new Reason("writes", Layer.PROFILE, 7, "Writes need a person."));

    private long version = 7;

    @Test
    void no_action_is_released_without_the_people_it_needs() {
        long seed = System.nanoTime();
        int released = 0;
        for (int history = 0; history < HISTORIES; history++) {
            released += attacked("seed %d, history %d".formatted(seed, history), new Random(seed + history));
        }
        System.out.printf("approval attacks: seed %d, %d of %d released%n", seed, released, HISTORIES);
        assertThat(released)
                .as("a trial in which nothing is ever released shows nothing")
                .isBetween(10, HISTORIES - 10);
    }

    private int attacked(String as, Random random) {
        var house = new House();
        house.policies = people(random);
        house.submit(submit("act_1", "k1"));
        Instant now = NOW;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            now = now.plusSeconds(random.nextInt(10) == 0 ? random.nextInt(7_200) : random.nextInt(60));
            if (random.nextInt(8) == 0) {
                house.policies = needed(random);
            }
            attempt(house, random, now);
        }
        return checked(as, house.journal(ACTION));
    }

    private void attempt(House house, Random random, Instant now) {
        var approver = new Approver(pick(random, PRINCIPALS), pick(random, ROLES));
        String digest = random.nextInt(3) == 0 ? seen(house, random) : null;
        try {
            Object unused = switch (random.nextInt(30)) {
                case 0 -> house.inLane(() -> house.held.handle(new DenyApproval(ACTION, approver, "no", now)));
                case 1 -> house.inLane(() -> house.held.handle(new ExpireApproval(ACTION, now)));
                case 2 ->
                    random.nextInt(4) == 0
                            ? house.inLane(() -> house.progress.handle(new CancelAction(ACTION, now)))
                            : house.submit(submit("act_again", "k1"));
                default ->
                    house.inLane(
                            () -> house.held.handle(new GrantApproval(ACTION, approver, digest, "fine", now), META));
            };
        } catch (Refusal refused) {
            assertThat(refused.code()).isNotEmpty();
        }
    }

    /** A digest that some hold of the action had, or one that none had. */
    private static String seen(House house, Random random) {
        List<Hold> holds = new ArrayList<>();
        house.journal(ACTION).forEach(event -> {
            Hold hold = hold(event);
            if (hold != null) {
                holds.add(hold);
            }
        });
        return random.nextInt(4) == 0 ? "0".repeat(64) : pick(random, holds).digest();
    }

    private Policies needed(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> envelope -> new Denied(7, REASONS, "ask");
            case 1 -> envelope -> new Allowed(7, REASONS);
            default -> people(random);
        };
    }

    private Policies people(Random random) {
        version++;
        List<Approval> approvals = new ArrayList<>();
        for (int rule = 0; rule <= random.nextInt(2); rule++) {
            Set<String> roles = new HashSet<>();
            roles.add(pick(random, NAMED));
            roles.add(pick(random, NAMED));
            approvals.add(new Approval("rule_" + rule, List.copyOf(roles), 1 + random.nextInt(2), Duration.ofHours(1)));
        }
        Verdict verdict = new NeedsApproval(version, REASONS, approvals, null);
        return envelope -> verdict;
    }

    /** Whether it was released; fails if that was not agreed to. */
    private static int checked(String as, List<Object> journal) {
        Hold asked = null;
        List<ApprovalGranted> grants = new ArrayList<>();
        int released = 0;
        for (Object event : journal) {
            Hold hold = hold(event);
            if (hold != null) {
                asked = hold;
                grants.clear();
            }
            if (event instanceof ApprovalGranted granted) {
                assertThat(granted.by()).as(as).isNotEqualTo(REQUESTER);
                assertThat(granted.role()).as(as).isNotEqualTo("agent");
                assertThat(grants).as(as).extracting(ApprovalGranted::by).doesNotContain(granted.by());
                assertThat(asked).as(as).isNotNull();
                if (asked != null) {
                    assertThat(granted.grantedAt()).as(as).isBefore(asked.expiresAt());
                }
                grants.add(granted);
            }
            if (event instanceof ActionReleased) {
                released++;
                assertThat(asked).as(as).isNotNull();
                if (asked != null) {
                    for (var need : asked.needs()) {
                        assertThat(grants.stream()
                                        .filter(grant -> need.roles().contains(grant.role()))
                                        .map(ApprovalGranted::by)
                                        .distinct()
                                        .count())
                                .as(as)
                                .isGreaterThanOrEqualTo(need.count());
                    }
                }
            }
        }
        assertThat(released).as(as).isLessThanOrEqualTo(1);
        return released;
    }

    private static @Nullable Hold hold(Object event) {
        if (event instanceof ActionHeld held) {
            return held.hold();
        }
        return event instanceof ApprovalRequested requested ? requested.hold() : null;
    }

    private static <T> T pick(Random random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
