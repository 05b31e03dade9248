package execution;

import execution.ActionEvent.ApprovalGranted;
import execution.ActionEvent.Hold;
import execution.ActionEvent.Need;
import execution.ActionEvent.Requested;
import execution.ActionEvent.Ruling;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tenancy.Subject;

/**
 * An action that waits for people: what it is, who has to agree, and who has.
 *
 * @param requester who sent it
 * @param parentRun the run that starts its run, if that is opened with it
 * @param grants given to exactly this; each principal once
 * @param subject what a containment may be set for of it
 */
record Held(
        Requested requested,
        Ruling ruling,
        Hold hold,
        String requester,
        @Nullable String parentRun,
        List<ApprovalGranted> grants,
        Subject subject) {

    Held {
        grants = List.copyOf(grants);
    }

    Held and(ApprovalGranted grant) {
        List<ApprovalGranted> all = new ArrayList<>(grants);
        all.add(grant);
        return new Held(requested, ruling, hold, requester, parentRun, all, subject);
    }

    /** When it began to wait. */
    Instant since() {
        long seconds = hold.needs().stream().mapToLong(Need::validSeconds).min().orElse(0);
        return hold.expiresAt().minusSeconds(seconds);
    }

    boolean isGrantedBy(String principal) {
        return grants.stream().anyMatch(grant -> grant.by().equals(principal));
    }

    /** Whether every rule has as many different people as it asks for. */
    boolean isGranted() {
        return hold.needs().stream().allMatch(need -> granted(need, grants) >= need.count());
    }

    /** How many people a rule has; who agrees, agrees to every rule that names the role. */
    static long granted(Need need, List<ApprovalGranted> grants) {
        return grants.stream()
                .filter(grant -> need.roles().contains(grant.role()))
                .map(ApprovalGranted::by)
                .distinct()
                .count();
    }

    /** Who is waited for, in words. */
    String whom() {
        return whom(hold.needs());
    }

    static String whom(List<Need> needs) {
        return needs.stream()
                .map(need -> "%d of role %s (rule %s)"
                        .formatted(need.count(), String.join(" or ", need.roles()), need.rule()))
                .collect(Collectors.joining(", "));
    }
}
