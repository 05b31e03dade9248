package policy;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tenancy.ActionEnvelope;
import tenancy.InvalidField;
import tenancy.Role;
import tenancy.TenantId;
import tenancy.WorkspaceId;

/**
 * Whose document a rule is in. Only {@link #PROFILE} can allow; every other layer can only take away, so that no layer
 * widens what another one refuses.
 *
 * <p>The documents of the other layers are kept as profiles are, version by version, under names that begin with {@code
 * layer:}, such as {@code layer:tenant} or {@code layer:workspace:ws_support}. No agent is ever decided by such a name
 * as its profile, and {@link #of} refuses what begins so and is none of them.
 */
public enum Layer {
    /** The operator's guardrails, for all tenants. */
    PLATFORM(Layer.OF_PLATFORM, "the operator"),
    /** What the operator takes away from one tenant for a while. */
    POSTURE("layer:posture", "the operator"),
    TENANT(Layer.OF_TENANT, "the tenant"),
    WORKSPACE("layer:workspace:", "the tenant"),
    AGENT_CLASS("layer:agent_class:", "the tenant"),
    /** The profile of the agent's registration. */
    PROFILE("", "the tenant");

    /** The layers of one tenant around its profiles, outermost first. */
    static final List<Layer> BETWEEN = List.of(POSTURE, TENANT, WORKSPACE, AGENT_CLASS);

    private static final String RESERVED = "layer:";

    static final String OF_PLATFORM = "layer:platform";

    /** The name of the document of a tenant as a whole. */
    public static final String OF_TENANT = "layer:tenant";

    private final String spelled;
    private final String owner;

    Layer(String spelled, String owner) {
        this.spelled = spelled;
        this.owner = owner;
    }

    /** The layer whose document is kept under this name. */
    static Layer of(String name) {
        if (!name.startsWith(RESERVED)) {
            return PROFILE;
        }
        return Arrays.stream(values())
                .filter(layer -> layer != PROFILE)
                .filter(layer -> layer.isOfMany()
                        ? name.startsWith(layer.spelled) && name.length() > layer.spelled.length()
                        : name.equals(layer.spelled))
                .findFirst()
                .orElseThrow(() -> new InvalidField(
                        "/profile",
                        "reserved",
                        "begins with %s and is neither %s".formatted(RESERVED, String.join(", nor ", names()))));
    }

    /** The layer that a document of this tenant under this name is in; the platform's is nobody's but the fleet's. */
    static Layer of(TenantId tenant, String name) {
        Layer layer = of(name);
        if (layer == PLATFORM && !tenant.equals(TenantId.FLEET)) {
            throw new InvalidField("/profile", "reserved", "is the platform's own, and no tenant's");
        }
        return layer;
    }

    /** The workspace whose document is kept under this name, if it is one's. */
    static Optional<WorkspaceId> workspace(TenantId tenant, String name) {
        return of(name) == WORKSPACE
                ? Optional.of(new WorkspaceId(tenant, name.substring(WORKSPACE.spelled.length())))
                : Optional.empty();
    }

    static boolean isReserved(String name) {
        return name.startsWith(RESERVED);
    }

    /** Who may publish documents of this layer. */
    boolean mayBePublishedBy(Role role) {
        return switch (this) {
            case PLATFORM, POSTURE -> role == Role.OPERATOR;
            case TENANT, WORKSPACE, AGENT_CLASS, PROFILE -> role == Role.OPERATOR || role == Role.TENANT_ADMIN;
        };
    }

    /** The name of the document of this layer that applies to an envelope. */
    String nameFor(ActionEnvelope envelope) {
        return switch (this) {
            case PLATFORM, POSTURE, TENANT -> spelled;
            case WORKSPACE -> spelled + envelope.workspace().key();
            case AGENT_CLASS -> spelled + envelope.agentClass();
            case PROFILE -> envelope.policyProfile();
        };
    }

    /** The document as a tenant's developer finds it, and whose it is. */
    String place(String name) {
        return this == PROFILE ? "profile " + name : name + " (held by " + owner + ")";
    }

    private boolean isOfMany() {
        return this == WORKSPACE || this == AGENT_CLASS;
    }

    private static List<String> names() {
        return Arrays.stream(values())
                .filter(layer -> layer != PROFILE)
                .map(layer -> layer.isOfMany()
                        ? layer.spelled + "<" + layer.name().toLowerCase(Locale.ROOT) + ">"
                        : layer.spelled)
                .toList();
    }
}
