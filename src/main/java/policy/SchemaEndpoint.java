package policy;

import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What a policy document may say, for editors. */
@RestController
class SchemaEndpoint {

    static final String SCHEMA = "policy/policy.schema.json";
    private static final MediaType TYPE = new MediaType("application", "schema+json");

    /** The JSON Schema (2020-12) of a policy document. */
    @GetMapping("/v1/policies/schema")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    ResponseEntity<Resource> schema() {
        return ResponseEntity.ok().contentType(TYPE).body(new ClassPathResource(SCHEMA));
    }
}
