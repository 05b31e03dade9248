package secrets;

import java.net.URI;
import java.util.Map;
import tenancy.TenantId;

/** Sends requests to OAuth 2.0 token endpoints that tenants name, past the same guard as everything that leaves. */
public interface TokenServers {

    /**
     * Posts a form and waits for the answer, of at most 64 KiB. For virtual threads; never throws for what the network
     * does, and follows no redirects.
     *
     * @param mayBePrivate whether an operator allowed this host to be a private one
     * @param form names and values, not encoded
     */
    Answer post(
            TenantId owner, URI address, boolean mayBePrivate, Map<String, String> headers, Map<String, String> form);

    sealed interface Answer {

        record Answered(int status, Concealed body) implements Answer {}

        /** @param why stable, such as {@code destination_blocked} */
        record Unanswered(String why) implements Answer {}
    }
}
