package policy;

import tenancy.ActionEnvelope;

/** May it: decides on an envelope under the tenant's policy profile. Silence means no. */
public interface Policies {

    /** Decides, changes nothing. Called inside the tenant's lane, so the version in force is the one that decides. */
    Verdict decide(ActionEnvelope envelope);
}
