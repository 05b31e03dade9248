package execution;

import java.util.Locale;
import tenancy.Caller;
import tenancy.Forbidden;
import tenancy.Role;

/** Who agrees or refuses: the authenticated principal, in the one role of its credential. */
record Approver(String principal, Role role) {

    static Approver of(Caller caller) {
        return new Approver(caller.principal(), caller.role());
    }

    /** As policies name it. */
    String roleWord() {
        return role.name().toLowerCase(Locale.ROOT);
    }

    /** Refuses whom no approval may ever come from: agents, and whoever asked for the action. */
    void check(Held held) {
        if (role == Role.AGENT) {
            throw new Forbidden("agent_cannot_approve", "A credential of an agent can never approve an action.");
        }
        if (principal.equals(held.requester())) {
            throw new Forbidden(
                    "requester_cannot_approve", "Who asked for an action cannot approve it: somebody else has to.");
        }
        if (held.hold().needs().stream().noneMatch(need -> need.roles().contains(roleWord()))) {
            throw new Forbidden(
                    "not_an_approver",
                    "No rule asks for the role %s: this action waits for %s.".formatted(roleWord(), held.whom()));
        }
    }
}
