package policy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import policy.PolicyCommand.PublishPolicy;
import policy.PolicyCommand.ReadPolicy;
import tenancy.Cursor;
import tenancy.InvalidField;
import tenancy.NotFound;
import tenancy.Page;
import tenancy.TenantCommands;
import tenancy.TenantContext;
import tenancy.TenantId;
import tenancy.TenantTransactions;
import tools.jackson.databind.json.JsonMapper;

/** A tenant's policy profiles over HTTP. */
@RestController
@RequestMapping("/v1/policies")
class PoliciesEndpoint {

    private static final int LONGEST_COMMENT = 1_000;
    private static final int LOOKS = 50;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(40);
    private static final Pattern ETAG = Pattern.compile("\"(\\d{1,18})\"");

    private final TenantCommands commands;
    private final TenantTransactions transactions;
    private final PolicyRows rows;
    private final JsonMapper json;

    PoliciesEndpoint(TenantCommands commands, TenantTransactions transactions, PolicyRows rows, JsonMapper json) {
        this.commands = commands;
        this.transactions = transactions;
        this.rows = rows;
        this.json = json;
    }

    /** A document to publish, and why. */
    record Publication(PolicyDocument document, @Nullable String comment) {}

    @GetMapping
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    Page<PublishedPolicy> list(
            TenantContext context,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        String after = Cursor.key(cursor);
        int most = Cursor.limit(limit);
        List<PublishedPolicy> found = transactions.in(
                context.tenant(),
                () -> rows.newest(context.tenant().value(), after, Limit.of(most + 1)).stream()
                        .map(this::shown)
                        .toList());
        return Page.of(found, most, PublishedPolicy::profile);
    }

    @GetMapping("/{profile}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    ResponseEntity<PublishedPolicy> read(TenantContext context, @PathVariable String profile) {
        return answer(HttpStatus.OK, inForce(context, profile));
    }

    @PutMapping("/{profile}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    ResponseEntity<PublishedPolicy> publish(
            TenantContext context,
            @PathVariable String profile,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestBody Publication publication) {
        PublishedPolicy published = commands.ask(
                context,
                new PublishPolicy(
                        new ProfileId(context.tenant(), profile),
                        publication.document(),
                        version(ifMatch),
                        comment(publication.comment())));
        return answer(published.version() == 1 ? HttpStatus.CREATED : HttpStatus.OK, published);
    }

    @GetMapping("/{profile}/versions/{version}")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    ResponseEntity<PublishedPolicy> version(
            TenantContext context, @PathVariable String profile, @PathVariable long version) {
        PublishedPolicy inForce = inForce(context, profile);
        if (inForce.version() == version) {
            return answer(HttpStatus.OK, inForce);
        }
        if (version < 1 || version > inForce.version()) {
            throw new NotFound("policy version", profile + "/" + version);
        }
        return answer(HttpStatus.OK, replaced(context.tenant(), profile, version));
    }

    /** A version that was replaced a moment ago may not be a row yet: it exists, so it is waited for. */
    private PublishedPolicy replaced(TenantId tenant, String profile, long version) {
        var key = new PolicyRow.Key(tenant.value(), profile, version);
        for (int look = 0; look < LOOKS; look++) {
            Optional<PublishedPolicy> row =
                    transactions.in(tenant, () -> rows.findById(key).map(this::shown));
            if (row.isPresent()) {
                return row.get();
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
        throw new NotFound("policy version", profile + "/" + version);
    }

    /** From the book and not from the rows, so that a profile is there as soon as it was published. */
    private PublishedPolicy inForce(TenantContext context, String profile) {
        Optional<PublishedPolicy> book =
                commands.ask(context, new ReadPolicy(new ProfileId(context.tenant(), profile)));
        return book.orElseThrow(() -> new NotFound("policy", profile));
    }

    private PublishedPolicy shown(PolicyRow row) {
        return new PublishedPolicy(
                row.profile(),
                row.version(),
                json.readValue(row.document(), PolicyDocument.class),
                row.comment(),
                row.publishedAt(),
                row.publishedBy());
    }

    private static ResponseEntity<PublishedPolicy> answer(HttpStatus status, PublishedPolicy policy) {
        return ResponseEntity.status(status)
                .eTag(Long.toString(policy.version()))
                .body(policy);
    }

    private static @Nullable Long version(@Nullable String ifMatch) {
        if (ifMatch == null) {
            return null;
        }
        Matcher version = ETAG.matcher(ifMatch.strip());
        if (!version.matches()) {
            throw new InvalidField("/If-Match", "version", "must be the ETag of the profile, such as \"7\"");
        }
        return Long.valueOf(version.group(1));
    }

    private static String comment(@Nullable String comment) {
        String why = comment == null ? "" : comment.strip();
        if (why.length() > LONGEST_COMMENT) {
            throw new InvalidField("/comment", "too_long", "must be at most %d characters".formatted(LONGEST_COMMENT));
        }
        return why;
    }
}
