package secrets.vault;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import org.springframework.vault.VaultException;
import org.springframework.vault.core.VaultOperations;
import org.springframework.vault.support.VaultResponse;
import org.springframework.web.client.RestClientException;
import secrets.KeptElsewhere;
import secrets.LeaseRefused;
import secrets.Mode;
import secrets.SecretValue;
import tenancy.TenantId;

/** Secrets in Vault or OpenBao: in its key-value engine, or made by one of its engines for this one lease. */
@Component
class VaultSecrets implements KeptElsewhere {

    private static final Logger log = LoggerFactory.getLogger(VaultSecrets.class);

    private final @Nullable VaultOperations vault;
    private final PathTemplate usually;
    private final Map<String, PathTemplate> ofSystem = new HashMap<>();

    VaultSecrets(VaultSettings settings, ObjectProvider<VaultOperations> vault) {
        this.vault = vault.getIfAvailable();
        this.usually = new PathTemplate(settings.path());
        settings.paths().forEach((system, path) -> ofSystem.put(system, new PathTemplate(path)));
    }

    @Override
    public Read read(TenantId tenant, String system, String secret, Mode mode) {
        VaultOperations there = configured();
        String path = ofSystem
                .getOrDefault(system, usually)
                .path(tenant, system, secret, mode)
                .orElseThrow(() -> unavailable("The name of secret %s cannot stand in a path of Vault.", secret));
        VaultResponse found;
        try {
            found = there.read(path);
        } catch (VaultException | RestClientException | IllegalStateException failed) {
            // Its words may hold what it was sent.
            log.warn(
                    "Vault does not give secret {} of {}: {}",
                    secret,
                    tenant,
                    failed.getClass().getSimpleName());
            throw unavailable("Vault does not give secret %s now.", secret);
        }
        Map<String, Object> data = found == null ? null : found.getData();
        if (found == null || data == null) {
            throw unavailable("Vault has no secret %s for this tenant, connector and mode.", secret);
        }
        String lease = found.getLeaseId();
        String storeLease = lease == null || lease.isEmpty() ? null : lease;
        SecretValue value = new StoredFields(fields(data)).value().orElse(null);
        if (value == null) {
            if (storeLease != null) {
                end(tenant, storeLease);
            }
            throw unavailable("The fields of secret %s in Vault make no credential.", secret);
        }
        return new Read(value, storeLease);
    }

    /** The second version of the key-value engine puts the fields a level deeper, beside what it knows of them. */
    private static Map<String, Object> fields(Map<String, Object> data) {
        if (data.get("data") instanceof Map<?, ?> inner && data.get("metadata") instanceof Map<?, ?>) {
            Map<String, Object> fields = new HashMap<>();
            inner.forEach((name, value) -> fields.put(String.valueOf(name), value));
            return fields;
        }
        return data;
    }

    @Override
    public void end(TenantId tenant, String storeLease) {
        try {
            configured().write("sys/leases/revoke", Map.of("lease_id", storeLease, "sync", true));
        } catch (VaultException | RestClientException | IllegalStateException failed) {
            log.warn(
                    "A lease of {} was not ended in Vault, which ends it in time: {}",
                    tenant,
                    failed.getClass().getSimpleName());
            throw new LeaseRefused("secret_unavailable", "Vault did not end its lease. It ends by itself.");
        }
    }

    private VaultOperations configured() {
        VaultOperations there = vault;
        if (there == null) {
            throw new LeaseRefused(
                    "secret_unavailable",
                    "This secret is kept in Vault, and none is configured here: an operator has to set"
                            + " firebreak.vault.uri.");
        }
        return there;
    }

    private static LeaseRefused unavailable(String message, String secret) {
        return new LeaseRefused("secret_unavailable", message.formatted(secret));
    }
}
