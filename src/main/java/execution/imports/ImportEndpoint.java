package execution.imports;

import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tenancy.TenantContext;
import tools.jackson.databind.JsonNode;

/** Drafts of connectors over HTTP. A draft changes nothing: it is put in force like a document written by hand. */
@RestController
@RequestMapping("/v1/connectors")
class ImportEndpoint {

    /**
     * @param openapi an OpenAPI document, as JSON or as the text of JSON or YAML
     * @param baseUrl where the product answers, if its document does not say so
     */
    record Import(JsonNode openapi, @Nullable String baseUrl) {}

    @PostMapping("/{system}:import")
    @PreAuthorize("hasAnyRole('TENANT_ADMIN','OPERATOR')")
    Draft draft(TenantContext context, @PathVariable String system, @RequestBody Import wanted) {
        JsonNode document = wanted.openapi();
        JsonNode api = document.isString() ? ImportedText.read(document.stringValue(), "/openapi") : document;
        return OpenApiImport.draft(system, api, wanted.baseUrl());
    }
}
