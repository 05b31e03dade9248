package execution.gateway;

import execution.gateway.CredentialShape.As;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.hc.core5.concurrent.Cancellable;
import org.jspecify.annotations.Nullable;
import secrets.Concealed;
import secrets.Credential;
import secrets.Credentials;
import secrets.Credentials.Purpose;
import secrets.Lease;
import secrets.LeaseRefused;
import secrets.Use;
import tenancy.Cause;

/**
 * What the requests of one attempt carry beside what was asked for: nothing, or a credential. It is opened for the
 * attempt and forgotten after it; until then whoever takes the credential back ends the request at once.
 */
final class Carried implements AutoCloseable {

    /** What may stand in a header as it is: nothing that could end the line or start another. */
    private static final Pattern VISIBLE = Pattern.compile("[!-~]+");

    private final @Nullable Use use;
    private final Line line;
    private final Map<String, String> headers;
    private final @Nullable ClientIdentity identity;
    private final List<Concealed> secrets;
    private final Gate gate;

    private Carried(
            @Nullable Use use,
            Line line,
            Map<String, String> headers,
            @Nullable ClientIdentity identity,
            List<Concealed> secrets) {
        this(use, line, headers, identity, secrets, Gate.OPEN);
    }

    private Carried(
            @Nullable Use use,
            Line line,
            Map<String, String> headers,
            @Nullable ClientIdentity identity,
            List<Concealed> secrets,
            Gate gate) {
        this.gate = gate;
        this.use = use;
        this.line = line;
        this.headers = headers;
        this.identity = identity;
        this.secrets = secrets;
    }

    /** The same, for a call that may be ended from outside. */
    Carried through(Gate callsGate) {
        return new Carried(use, line, headers, identity, secrets, callsGate);
    }

    static Carried nothing() {
        return new Carried(null, new Line(), Map.of(), null, List.of());
    }

    /** @throws LeaseRefused if the lease may not be used for this now, or what is sealed cannot be sent this way */
    static Carried open(Credentials credentials, Lease lease, Purpose purpose, CredentialShape shape) {
        var line = new Line();
        Use use = credentials.use(lease, purpose, line::cut);
        boolean taken = false;
        try {
            Carried carried = of(use, line, lease, shape);
            taken = true;
            return carried;
        } finally {
            if (!taken) {
                use.close();
            }
        }
    }

    private static Carried of(Use use, Line line, Lease lease, CredentialShape shape) {
        List<Concealed> secrets = new ArrayList<>(use.secrets());
        return switch (use.credential()) {
            case Credential.Token token
            when shape.as() == As.BEARER -> {
                String value = "Bearer " + visible(token.value(), lease);
                yield new Carried(use, line, Map.of("Authorization", value), null, List.copyOf(secrets));
            }
            case Credential.Token token
            when shape.as() == As.HEADER && shape.header() != null -> {
                String value = visible(token.value(), lease);
                yield new Carried(use, line, Map.of(shape.header(), value), null, List.copyOf(secrets));
            }
            case Credential.UserAndPassword basic
            when shape.as() == As.BASIC -> {
                String pair = basic.user() + ":" + basic.password().reveal();
                String encoded = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
                secrets.add(new Concealed(encoded));
                yield new Carried(use, line, Map.of("Authorization", "Basic " + encoded), null, List.copyOf(secrets));
            }
            case Credential.ClientCertificate certificate
            when shape.as() == As.CLIENT_CERTIFICATE ->
                new Carried(use, line, Map.of(), ClientIdentity.of(certificate, lease), List.copyOf(secrets));
            case Credential.Token _, Credential.UserAndPassword _, Credential.ClientCertificate _ ->
                throw new LeaseRefused(
                        "credential_unusable",
                        "What is sealed as %s cannot be sent as %s says.".formatted(lease.secret(), lease.system()));
        };
    }

    private static String visible(Concealed value, Lease lease) {
        if (!VISIBLE.matcher(value.reveal()).matches()) {
            throw new LeaseRefused(
                    "credential_unusable",
                    "What is sealed as %s holds characters that no header takes.".formatted(lease.secret()));
        }
        return value.reveal();
    }

    /** Sent beside the request's own; none of these names can be one of them. */
    Map<String, String> headers() {
        return headers;
    }

    /** Who the platform says it is in the TLS handshake; absent where nobody asks. */
    @Nullable
    ClientIdentity identity() {
        return identity;
    }

    /** All texts that must not come back. */
    List<Concealed> secrets() {
        return secrets;
    }

    /** This request is ended if the credential is taken back; at once if it was already. */
    void on(Cancellable request) {
        line.on(request);
        gate.on(() -> {
            boolean unused = request.cancel();
        });
    }

    /** The last question before the first byte: false if the credential was taken back, or the call was ended. */
    boolean leaves() {
        return gate.leaves() && (use == null || use.leaves());
    }

    /** Why the call was ended from outside; null while it was not. */
    @Nullable
    Cause ended() {
        return gate.ended();
    }

    /** The whole answer is there. */
    void answered() {
        gate.answered();
        if (use != null) {
            use.answered();
        }
    }

    boolean revoked() {
        return use != null && use.revoked();
    }

    @Override
    public void close() {
        if (use != null) {
            use.close();
        }
    }

    /** The request of the moment, which another thread may have to end. */
    private static final class Line {

        private @Nullable Cancellable current;
        private boolean cut;

        synchronized void on(Cancellable request) {
            current = request;
            if (cut) {
                request.cancel();
            }
        }

        synchronized void cut() {
            cut = true;
            if (current != null) {
                current.cancel();
            }
        }
    }
}
