package policy;

import java.util.function.Function;
import tenancy.ActionEnvelope;
import tenancy.TenantContext;

/** Documents that are tried before they are published: what they would decide, and nothing else. */
public interface Trials {

    /**
     * The profile's document, ready to be asked as if it were in force. A pure function, safe to share.
     *
     * @throws tenancy.Refusal {@code invalid_policy} if it could not be published
     */
    Function<ActionEnvelope, Verdict> of(TenantContext context, String profile, PolicyDocument document);

    /**
     * The document that is kept as the profile's draft.
     *
     * @throws tenancy.NotFound if there is none
     */
    PolicyDocument draft(TenantContext context, String profile);
}
