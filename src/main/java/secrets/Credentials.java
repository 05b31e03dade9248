package secrets;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tenancy.RunId;

/** Opens what a lease is for, at the moment of use and not before. */
public interface Credentials {

    /**
     * Checks the lease against what is in force now, and opens its secret. Asked once for each attempt. For virtual
     * threads, outside of lanes: it reads the database, and may ask a token endpoint.
     *
     * @param purpose what the caller is about to do: it must be what the lease is for
     * @param cancel ends the request at once; called from another thread when the lease is revoked meanwhile
     * @throws LeaseRefused if the lease is expired, revoked, of another action, or for something else
     */
    Use use(Lease lease, Purpose purpose, Runnable cancel);

    /**
     * @param run the action's
     * @param base where the operation is: the host of it must be the lease's destination
     * @param scopes that the operation needs of an OAuth 2.0 token; empty where it needs none
     * @param resource the audience of such a token (RFC 8707); absent where the connector names none
     */
    record Purpose(
            @Nullable RunId run,
            String system,
            String operation,
            Mode mode,
            URI base,
            List<String> scopes,
            @Nullable String resource) {

        public Purpose {
            scopes = List.copyOf(scopes);
        }
    }
}
