package audit.incident;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tenancy.Identifiers;
import tenancy.InvalidField;
import tenancy.TenantId;

/**
 * What an incident is about: whose actions its report counts.
 *
 * @param key the agent, the run and so on; of an operation {@code <system>/<operation>}, of the tenant its own id
 */
public record IncidentScope(Kind kind, String key) {

    private static final Pattern HOST = Pattern.compile("[a-z0-9.:\\[\\]-]{1,253}");

    /** The same words as those of containment. */
    public enum Kind {
        TENANT,
        WORKSPACE,
        AGENT_CLASS,
        AGENT,
        RUN,
        CONNECTOR,
        OPERATION,
        DESTINATION,
        MODEL,
        SECRET;

        /** What of an action's row it is compared with: SQL of ours and no caller's. */
        String column() {
            return switch (this) {
                case TENANT -> "tenant_id";
                case CONNECTOR -> "system";
                case OPERATION -> "system || '/' || operation";
                case WORKSPACE, AGENT_CLASS, AGENT, RUN, DESTINATION, MODEL, SECRET -> word();
            };
        }

        /** The name in JSON, SQL and words. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A scope as a caller names it.
     *
     * @param key may be left out for the whole tenant
     * @throws InvalidField if the key is missing, or not spelled as one of this kind
     */
    static IncidentScope of(TenantId tenant, Kind kind, @Nullable String key) {
        if (kind == Kind.TENANT) {
            if (key != null && !key.equals(tenant.value())) {
                throw new InvalidField("/scope/key", "unknown_value", "must be the tenant's own, or left out");
            }
            return new IncidentScope(kind, tenant.value());
        }
        if (key == null) {
            throw new InvalidField("/scope/key", "required", "must be there and not null");
        }
        switch (kind) {
            case OPERATION -> {
                int slash = key.indexOf('/');
                if (slash < 0) {
                    throw new InvalidField(
                            "/scope/key", "operation", "must be a system and its operation, as zendesk/ticket.update");
                }
                String system = Identifiers.check("scope/key", key.substring(0, slash));
                String unused = Identifiers.check("scope/key", key.substring(system.length() + 1));
            }
            case DESTINATION -> {
                if (!HOST.matcher(key).matches()) {
                    throw new InvalidField(
                            "/scope/key", "host", "must be a host in lower case, without scheme and port");
                }
            }
            case TENANT, WORKSPACE, AGENT_CLASS, AGENT, RUN, CONNECTOR, MODEL, SECRET -> {
                String unused = Identifiers.check("scope/key", key);
            }
        }
        return new IncidentScope(kind, key);
    }

    /** As people say it: {@code agent support_triage_v4}. */
    String words() {
        return kind.word().replace('_', ' ') + " " + key;
    }
}
