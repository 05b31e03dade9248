package policy;

import java.util.Optional;
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
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import policy.PolicyCommand.DiscardDraft;
import policy.PolicyCommand.PublishDraft;
import policy.PolicyCommand.ReadDraft;
import policy.PolicyCommand.SaveDraft;
import tenancy.Caller;
import tenancy.NotFound;
import tenancy.TenantCommands;
import tenancy.TenantContext;

/** The draft of a profile over HTTP: kept, thrown away, or published. It decides nothing. */
@RestController
@RequestMapping("/v1/policies")
class DraftsEndpoint {

    private final TenantCommands commands;

    DraftsEndpoint(TenantCommands commands) {
        this.commands = commands;
    }

    /** @param fromVersion the version that it was made from; the one in force if left out */
    record NewDraft(PolicyDocument document, @Nullable Long fromVersion) implements PolicyBody {}

    /** @param mode {@code enforced} if left out */
    record Decision(@Nullable String comment, @Nullable Mode mode) {}

    @GetMapping(
            path = "/{profile}/draft",
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_YAML_VALUE})
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    ResponseEntity<DraftView> read(TenantContext context, @PathVariable String profile) {
        Optional<DraftView> draft =
                commands.ask(context, new ReadDraft(new DraftId(new ProfileId(context.tenant(), profile))));
        return answer(draft.orElseThrow(() -> new NotFound("policy draft", profile)));
    }

    /** Keeps a document for later. It is not checked before it is linted or published. */
    @PutMapping(
            path = "/{profile}/draft",
            consumes = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_YAML_VALUE})
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<DraftView> save(
            TenantContext context,
            Caller caller,
            @PathVariable String profile,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestBody NewDraft draft) {
        return answer(commands.ask(
                context,
                new SaveDraft(
                        new DraftId(ProfileNames.changed(context, caller, profile)),
                        draft.document(),
                        draft.fromVersion(),
                        IfMatch.version(ifMatch))));
    }

    @DeleteMapping("/{profile}/draft")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    void discard(TenantContext context, Caller caller, @PathVariable String profile) {
        boolean unused =
                commands.ask(context, new DiscardDraft(new DraftId(ProfileNames.changed(context, caller, profile))));
    }

    /** Publishes the draft. Without {@code If-Match} the version that it was made from must be in force. */
    @PostMapping("/{profile}:publish")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<PublishedPolicy> publish(
            TenantContext context,
            Caller caller,
            @PathVariable String profile,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestBody Decision decision) {
        PublishedPolicy published = commands.ask(
                context,
                new PublishDraft(
                        new DraftId(ProfileNames.changed(context, caller, profile)),
                        IfMatch.version(ifMatch),
                        Comment.of(decision.comment()),
                        decision.mode() == null ? Mode.ENFORCED : decision.mode()));
        return PoliciesEndpoint.answer(published.version() == 1 ? HttpStatus.CREATED : HttpStatus.OK, published);
    }

    private static ResponseEntity<DraftView> answer(DraftView draft) {
        return ResponseEntity.ok().eTag(Long.toString(draft.revision())).body(draft);
    }
}
