package secrets.minting;

import com.nimbusds.jose.jwk.ECKey;
import java.util.List;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The keys with which anybody checks a workload token (RFC 7517). */
@RestController
class PublishedKeysEndpoint {

    private final SigningKeys keys;

    PublishedKeysEndpoint(SigningKeys keys) {
        this.keys = keys;
    }

    record PublishedKeys(List<PublishedKey> keys) {}

    /** Public halves only: there is no field for more. */
    record PublishedKey(String kty, String crv, String x, String y, String use, String alg, String kid) {

        static PublishedKey of(ECKey key) {
            return new PublishedKey(
                    key.getKeyType().getValue(),
                    key.getCurve().getName(),
                    key.getX().toString(),
                    key.getY().toString(),
                    key.getKeyUse().identifier(),
                    key.getAlgorithm().getName(),
                    key.getKeyID());
        }
    }

    @GetMapping("/.well-known/jwks.json")
    @PreAuthorize("permitAll()")
    ResponseEntity<PublishedKeys> published() {
        return ResponseEntity.ok()
                .cacheControl(CacheControl.maxAge(SigningKeys.PUBLISHED_FOR).cachePublic())
                .body(new PublishedKeys(
                        keys.published().stream().map(PublishedKey::of).toList()));
    }
}
