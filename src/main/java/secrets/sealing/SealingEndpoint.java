package secrets.sealing;

import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import secrets.sealing.SealingEvent.WrappingKeyDropped;
import secrets.sealing.SealingEvent.WrappingKeyPromoted;
import secrets.sealing.SealingView.KeyView;
import tenancy.Conflict;
import tenancy.NotFound;
import tenancy.TenantContext;
import tenancy.Unavailable;

/** Sealing over HTTP, for operators: which keys there are, and a new one. */
@RestController
class SealingEndpoint {

    private final Keyring keyring;
    private final Rewrapping rewrapping;
    private final SealingJournal journal;

    SealingEndpoint(Keyring keyring, Rewrapping rewrapping, SealingJournal journal) {
        this.keyring = keyring;
        this.rewrapping = rewrapping;
        this.journal = journal;
    }

    @GetMapping("/v1/sealing")
    @PreAuthorize("hasRole('OPERATOR')")
    SealingView read() {
        return reachable(this::view);
    }

    /** Puts a new wrapping key in force and begins to wrap all data keys with it. Nobody waits for that. */
    @PostMapping("/v1/sealing:rotate")
    @PreAuthorize("hasRole('OPERATOR')")
    ResponseEntity<SealingView> rotate(TenantContext context) {
        return reachable(() -> {
            String previous = keyring.inForce();
            String next = keyring.next()
                    .orElseThrow(() -> new Conflict(
                            "no_next_wrapping_key",
                            "Every key of firebreak.sealing.keys was in force already. Add one on all nodes first."));
            String check = Base64.getEncoder().encodeToString(keyring.checkValue(next));
            journal.write(context, new WrappingKeyPromoted(next, previous, check));
            rewrapping.begin();
            return ResponseEntity.status(HttpStatus.ACCEPTED).body(view());
        });
    }

    /** Destroys a key that wraps nothing any more. */
    @DeleteMapping("/v1/sealing/keys/{key}")
    @PreAuthorize("hasRole('OPERATOR')")
    ResponseEntity<Void> drop(TenantContext context, @PathVariable String key) {
        return reachable(() -> switch (keyring.drop(key)) {
            case DROPPED -> {
                journal.write(context, new WrappingKeyDropped(key));
                yield ResponseEntity.noContent().build();
            }
            case UNKNOWN -> throw new NotFound("wrapping key", "of that name");
            case IN_FORCE -> throw inUse("It is in force. Rotate first.");
            case WRAPS -> throw inUse("It still wraps data keys. Rotate, and wait until it wraps none.");
            case KEPT_ELSEWHERE ->
                throw inUse("Only its source can destroy it: take it out of firebreak.sealing.keys, or raise"
                        + " min_decryption_version in Vault.");
        });
    }

    private static Conflict inUse(String why) {
        return new Conflict("wrapping_key_in_use", why);
    }

    private SealingView view() {
        String inForce = keyring.inForce();
        Map<String, Long> wrapped = keyring.wrapped();
        List<String> had = keyring.had();
        Set<String> names = new LinkedHashSet<>(keyring.names());
        names.addAll(had);
        long all = wrapped.values().stream().mapToLong(Long::longValue).sum();
        return new SealingView(
                keyring.source(),
                inForce,
                names.stream()
                        .map(name -> new KeyView(name, had.contains(name), wrapped.getOrDefault(name, 0L)))
                        .toList(),
                all,
                all - wrapped.getOrDefault(inForce, 0L),
                rewrapping.underWay());
    }

    private static <T> T reachable(Supplier<T> work) {
        try {
            return work.get();
        } catch (SealingUnusable unusable) {
            throw new Unavailable("sealing_unavailable", "The keys cannot be reached now. " + unusable.remedy());
        }
    }
}
