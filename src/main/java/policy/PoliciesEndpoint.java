package policy;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import policy.PolicyCommand.DropShadow;
import policy.PolicyCommand.EnforceShadow;
import policy.PolicyCommand.PublishPolicy;
import policy.PolicyCommand.RestorePolicy;
import tenancy.Caller;
import tenancy.Cursor;
import tenancy.InvalidField;
import tenancy.Moment;
import tenancy.Page;
import tenancy.TenantCommands;
import tenancy.TenantContext;

/** A tenant's policy profiles over HTTP: what is in force, what was, and how one becomes the other. */
@RestController
@RequestMapping("/v1/policies")
class PoliciesEndpoint {

    private final TenantCommands commands;
    private final Versions versions;

    PoliciesEndpoint(TenantCommands commands, Versions versions) {
        this.commands = commands;
        this.versions = versions;
    }

    /** @param toVersion whose document is published anew */
    record Rollback(long toVersion, @Nullable String comment) {}

    /** Why. */
    record Reason(@Nullable String comment) {}

    /** The versions in force, by profile. */
    @GetMapping
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    Page<PublishedPolicy> list(
            TenantContext context,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        int most = Cursor.limit(limit);
        return Page.of(
                versions.inForce(context.tenant(), Cursor.key(cursor), most + 1), most, PublishedPolicy::profile);
    }

    /**
     * The version in force.
     *
     * @param asOf a moment of the past: a time, or a sequence number of the tenant's journal
     */
    @GetMapping(
            path = "/{profile}",
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_YAML_VALUE})
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    ResponseEntity<PublishedPolicy> read(
            TenantContext context,
            @PathVariable String profile,
            @RequestParam(name = "as_of", required = false) @Nullable String asOf) {
        return answer(
                HttpStatus.OK,
                asOf == null
                        ? versions.inForce(context, profile)
                        : versions.inForce(context, profile, Moment.of(asOf)));
    }

    /** Publishes a document: to decide from now on, or in shadow. */
    @PutMapping(
            path = "/{profile}",
            consumes = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_YAML_VALUE})
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<PublishedPolicy> publish(
            TenantContext context,
            Caller caller,
            @PathVariable String profile,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestBody Publication publication) {
        PublishedPolicy published = commands.ask(
                context,
                new PublishPolicy(
                        ProfileNames.changed(context, caller, profile),
                        publication.document(),
                        IfMatch.version(ifMatch),
                        Comment.of(publication.comment()),
                        publication.mode() == null ? Mode.ENFORCED : publication.mode()));
        return answer(published.version() == 1 ? HttpStatus.CREATED : HttpStatus.OK, published);
    }

    /** All versions of a profile, newest first. */
    @GetMapping("/{profile}/versions")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    Page<PublishedPolicy> history(
            TenantContext context,
            @PathVariable String profile,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        int most = Cursor.limit(limit);
        return Page.of(
                versions.before(context, profile, before(Cursor.key(cursor)), most + 1),
                most,
                version -> Long.toString(version.version()));
    }

    @GetMapping(
            path = "/{profile}/versions/{version}",
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_YAML_VALUE})
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    ResponseEntity<PublishedPolicy> version(
            TenantContext context, @PathVariable String profile, @PathVariable long version) {
        return answer(HttpStatus.OK, versions.one(context, profile, version));
    }

    /** Publishes the document of an earlier version anew. Without {@code If-Match} whatever is in force is replaced. */
    @PostMapping("/{profile}:rollback")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<PublishedPolicy> rollback(
            TenantContext context,
            Caller caller,
            @PathVariable String profile,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestBody Rollback rollback) {
        var changed = ProfileNames.changed(context, caller, profile);
        PublishedPolicy earlier = versions.one(context, profile, rollback.toVersion());
        return answer(
                HttpStatus.OK,
                commands.ask(
                        context,
                        new RestorePolicy(
                                changed,
                                earlier.document(),
                                earlier.version(),
                                IfMatch.version(ifMatch),
                                Comment.of(rollback.comment()))));
    }

    /** The version that is tried out. */
    @GetMapping("/{profile}/shadow")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    ResponseEntity<PublishedPolicy> shadow(TenantContext context, @PathVariable String profile) {
        return answer(HttpStatus.OK, versions.shadow(context, profile));
    }

    /** Publishes the document of the version in shadow as the one in force. */
    @PostMapping("/{profile}:enforce")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<PublishedPolicy> enforce(
            TenantContext context, Caller caller, @PathVariable String profile, @RequestBody Reason reason) {
        return answer(
                HttpStatus.OK,
                commands.ask(
                        context,
                        new EnforceShadow(
                                ProfileNames.changed(context, caller, profile), Comment.of(reason.comment()))));
    }

    /** Ends the trial of the version in shadow; answers with the version in force. */
    @DeleteMapping("/{profile}/shadow")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<PublishedPolicy> drop(
            TenantContext context,
            Caller caller,
            @PathVariable String profile,
            @RequestParam(required = false) @Nullable String comment) {
        return answer(
                HttpStatus.OK,
                commands.ask(
                        context, new DropShadow(ProfileNames.changed(context, caller, profile), Comment.of(comment))));
    }

    static ResponseEntity<PublishedPolicy> answer(HttpStatus status, PublishedPolicy policy) {
        return ResponseEntity.status(status)
                .eTag(Long.toString(policy.version()))
                .body(policy);
    }

    private static long before(String key) {
        try {
            return key.isEmpty() ? Long.MAX_VALUE : Long.parseLong(key);
        } catch (NumberFormatException notAVersion) {
            throw new InvalidField("/cursor", "unknown_cursor", "must be a next_cursor of an earlier page");
        }
    }
}
