package tenancy;

import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a posture is set for.
 *
 * @param key the agent, the run and so on; of an operation {@code <system>/<operation>}, of the tenant its own id
 */
public record ContainmentScope(Kind kind, String key) {

    private static final Pattern HOST = Pattern.compile("[a-z0-9.:\\[\\]-]{1,253}");

    /** What can be contained. */
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

        /** The name in JSON and SQL. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A scope as a caller names it.
     *
     * @param key may be left out for the whole tenant
     * @throws InvalidField if the key is missing, or not spelled as one of this kind
     */
    public static ContainmentScope of(TenantId tenant, Kind kind, @Nullable String key) {
        return of(tenant, kind, key, "key");
    }

    /** @param field where the caller named the key, for the refusal's pointer */
    public static ContainmentScope of(TenantId tenant, Kind kind, @Nullable String key, String field) {
        if (kind == Kind.TENANT) {
            if (key != null && !key.equals(tenant.value())) {
                throw new InvalidField("/" + field, "unknown_value", "must be the tenant's own, or left out");
            }
            return new ContainmentScope(kind, tenant.value());
        }
        if (key == null) {
            throw new InvalidField("/" + field, "required", "must be there and not null");
        }
        switch (kind) {
            case OPERATION -> checkOperation(key, field);
            case DESTINATION -> checkHost(key, field);
            case TENANT, WORKSPACE, AGENT_CLASS, AGENT, RUN, CONNECTOR, MODEL, SECRET -> {
                String unused = Identifiers.check(field, key);
            }
        }
        return new ContainmentScope(kind, key);
    }

    private static void checkOperation(String key, String field) {
        int slash = key.indexOf('/');
        if (slash < 0) {
            throw new InvalidField(
                    "/" + field, "operation", "must be a system and its operation, as zendesk/ticket.update");
        }
        String system = Identifiers.check(field, key.substring(0, slash));
        String unused = Identifiers.check(field, key.substring(system.length() + 1));
    }

    private static void checkHost(String key, String field) {
        if (!HOST.matcher(key).matches()) {
            throw new InvalidField("/" + field, "host", "must be a host in lower case, without scheme and port");
        }
    }

    public boolean covers(Subject subject) {
        return switch (kind) {
            case TENANT -> true;
            case WORKSPACE -> key.equals(subject.workspace());
            case AGENT_CLASS -> key.equals(subject.agentClass());
            case AGENT -> key.equals(subject.agent());
            case RUN -> key.equals(subject.run());
            case CONNECTOR -> key.equals(subject.system());
            case OPERATION -> isOperation(subject);
            case DESTINATION -> key.equals(subject.destination());
            case MODEL -> key.equals(subject.model());
            case SECRET -> key.equals(subject.secret());
        };
    }

    private boolean isOperation(Subject subject) {
        String system = subject.system();
        return system != null
                && key.length() > system.length()
                && key.startsWith(system)
                && key.charAt(system.length()) == '/'
                && Objects.equals(key.substring(system.length() + 1), subject.operation());
    }

    /** As causes name a scope: {@code tenant}, or {@code agent:support_triage_v4}. */
    public String word() {
        return kind == Kind.TENANT ? kind.word() : kind.word() + ":" + key;
    }

    /** As people say it: {@code agent support_triage_v4}. */
    public String words() {
        return kind.word().replace('_', ' ') + " " + key;
    }
}
