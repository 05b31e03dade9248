package tenancy;

import org.jspecify.annotations.Nullable;

/** Writes down, in the stream of whoever asked, what was refused before it became a decision, and who looked. */
public interface Attempts {

    /**
     * Journals a refused request in the caller's own tenant.
     *
     * @param method HTTP method
     * @param route the route's template, such as {@code /v1/actions/{action}}; never the raw path of a stranger
     * @param status HTTP status of the answer
     * @param code the refusal's code
     * @param pointer the field at fault, if one was
     */
    void refused(TenantContext context, String method, String route, int status, String code, @Nullable String pointer);

    /** Journals that somebody read a tenant's things, in that tenant's stream and by the reader's name. */
    void accessed(TenantContext context, Role role, String method, String route);
}
