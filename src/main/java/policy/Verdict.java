package policy;

import java.util.List;

/**
 * What the policy says of one envelope, and why.
 *
 * <p>The same envelope under the same version always gives the same verdict.
 */
public sealed interface Verdict {

    /** The version of the profile that decided; 0 if the tenant has published none. */
    long version();

    /** The rules that spoke, in words a tenant's developer understands. Never empty. */
    List<Reason> reasons();

    /** @param rule the rule's id in the profile; {@code default_deny} where no rule spoke */
    record Reason(String rule, String words) {}

    record Allowed(long version, List<Reason> reasons) implements Verdict {
        public Allowed {
            reasons = List.copyOf(reasons);
        }
    }

    /** @param remedy what would have to change for the action to be allowed */
    record Denied(long version, List<Reason> reasons, String remedy) implements Verdict {
        public Denied {
            reasons = List.copyOf(reasons);
        }
    }
}
