package execution.webhook;

import tenancy.Identifiers;
import tenancy.TenantId;

/** One address that a tenant wants to be told at. Spelled as an aggregate identifier it is {@code <tenant>/webhook/<key>}. */
record WebhookId(TenantId tenant, String key) {

    WebhookId {
        Identifiers.check("webhook_id", key);
    }

    @Override
    public String toString() {
        return tenant.value() + "/webhook/" + key;
    }
}
