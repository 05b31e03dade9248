package tenancy.containment;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tenancy.Caller;
import tenancy.Cause;
import tenancy.ContainedWork.Reached;
import tenancy.ContainmentScope;
import tenancy.Cursor;
import tenancy.Fields;
import tenancy.InvalidField;
import tenancy.Page;
import tenancy.Posture;
import tenancy.Role;
import tenancy.TenantContext;
import tenancy.TenantId;

/** Stop it, in one request; see what stopped; let it go on. */
@RestController
@RequestMapping("/v1/containment")
class ContainmentEndpoint {

    private static final Set<String> STATES = Set.of("in_force", "released", "expired", "replaced");

    private final Containments containments;
    private final ContainmentLists lists;
    private final ReceiptKeys keys;

    ContainmentEndpoint(Containments containments, ContainmentLists lists, ReceiptKeys keys) {
        this.containments = containments;
        this.lists = lists;
        this.keys = keys;
    }

    /**
     * @param key of the agent, run and so on; an operation's is {@code <system>/<operation>}; left out for the tenant
     * @param posture {@code normal} releases what the caller may release of the scope
     * @param reason for the journal and for whoever is refused
     * @param expiresAt when it ends by itself
     * @param twoPersonRelease whether another than who asks for the release, and than who set it, has to confirm it
     * @param dryRun says what it would reach, and changes nothing
     */
    record Wanted(
            ContainmentScope.Kind scope,
            @Nullable String key,
            Posture posture,
            String reason,
            @Nullable Instant expiresAt,
            @Nullable Boolean twoPersonRelease,
            @Nullable Boolean dryRun) {}

    record Reason(String reason) {}

    /** What a posture would reach now. */
    record Preview(
            boolean dryRun,
            String scope,
            String key,
            String posture,
            Map<String, Integer> counts,
            List<Reached> reached) {}

    /** @param publicKey X.509, PEM */
    record ReceiptKey(@JsonProperty("key_id") String keyId, String algorithm, String publicKey) {}

    /** Contains a scope from the answer on, at the latest; or releases it. */
    @PostMapping
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<?> contain(TenantContext context, Caller caller, @RequestBody Wanted wanted) {
        ContainmentScope scope = ContainmentScope.of(named(context), wanted.scope(), wanted.key());
        String reason = Fields.text("reason", wanted.reason());
        Posture posture = checked(scope, wanted.posture());
        if (Boolean.TRUE.equals(wanted.dryRun())) {
            List<Reached> reached = containments.reaches(context, owner(caller), scope, posture, reason);
            return ResponseEntity.ok(new Preview(
                    true,
                    scope.kind().word(),
                    scope.key(),
                    posture.word(),
                    Confirmations.counts(reached),
                    reached.subList(0, Math.min(reached.size(), Containments.MOST_SHOWN))));
        }
        if (posture == Posture.NORMAL) {
            return answer(containments.release(context, owner(caller), scope, reason));
        }
        return answer(containments.set(
                context,
                owner(caller),
                scope,
                posture,
                reason,
                wanted.expiresAt(),
                Boolean.TRUE.equals(wanted.twoPersonRelease())));
    }

    /** Releases a containment; one that needs two people waits for the second. */
    @PostMapping("/{containment}:release")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<?> release(
            TenantContext context, Caller caller, @PathVariable String containment, @RequestBody Reason reason) {
        return answer(
                containments.release(context, owner(caller), containment, Fields.text("reason", reason.reason())));
    }

    /** The second person agrees to the release. */
    @PostMapping("/{containment}:confirm")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<?> confirm(
            TenantContext context, Caller caller, @PathVariable String containment, @RequestBody Reason reason) {
        return answer(
                containments.confirm(context, owner(caller), containment, Fields.text("reason", reason.reason())));
    }

    /**
     * Containments, newest first.
     *
     * @param state {@code in_force}, {@code released}, {@code expired} or {@code replaced}; left out for all
     */
    @GetMapping
    @PreAuthorize("hasRole('AUDITOR')")
    Page<ContainmentView> list(
            TenantContext context,
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        int most = Cursor.limit(limit);
        if (state != null && !STATES.contains(state)) {
            throw new InvalidField("/state", "enum", "must be in_force, released, expired or replaced");
        }
        return Page.of(
                lists.of(context.tenant(), state, Cursor.key(cursor), most + 1), most, ContainmentView::containmentId);
    }

    /** One containment, with the receipts of its changes. */
    @GetMapping("/{containment}")
    @PreAuthorize("hasRole('AUDITOR')")
    ContainmentLists.WithReceipts get(TenantContext context, @PathVariable String containment) {
        return lists.one(context.tenant(), containment);
    }

    /** What receipts are verified with. */
    @GetMapping("/receipt-key")
    @PreAuthorize("isAuthenticated()")
    ReceiptKey receiptKey() {
        var key = keys.publicKey();
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        return new ReceiptKey(ReceiptKeys.id(key), "Ed25519", pem);
    }

    private static ResponseEntity<?> answer(Containments.Answer answer) {
        return switch (answer) {
            case Containments.Answer.Told told -> ResponseEntity.ok(told.receipt());
            case Containments.Answer.Awaited awaited ->
                ResponseEntity.status(HttpStatus.ACCEPTED).body(awaited);
        };
    }

    /** With which secret an action runs is known when it starts: too late to ask people, or what can be undone. */
    private static Posture checked(ContainmentScope scope, Posture posture) {
        if (scope.kind() == ContainmentScope.Kind.SECRET
                && (posture == Posture.APPROVAL_ALL || posture == Posture.DRAFTS_ONLY)) {
            throw new InvalidField("/posture", "enum", "must be read_only, frozen, killed or normal for a secret");
        }
        return posture;
    }

    static TenantId named(TenantContext context) {
        if (context.tenant().equals(TenantId.FLEET)) {
            throw new InvalidField("/tenant", "required", "must name the tenant that is contained, as ?tenant=");
        }
        return context.tenant();
    }

    static Cause.Owner owner(Caller caller) {
        return caller.role() == Role.OPERATOR ? Cause.Owner.OPERATOR : Cause.Owner.TENANT;
    }
}
