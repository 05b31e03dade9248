package platform;

import io.swagger.v3.core.jackson.ModelResolver;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springdoc.core.providers.ObjectMapperProvider;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tenancy.Caller;
import tenancy.TenantContext;

/** The API described as it is: the names that JSON really has, and the document that every no really is. */
@Configuration(proxyBeanMethods = false)
class ApiDescription {

    private static final String BEARER = "bearer";
    private static final String PROBLEM = "Problem";

    static {
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(TenantContext.class, Caller.class);
    }

    @Bean
    OpenAPI api() {
        return new OpenAPI()
                .info(new Info()
                        .title("Firebreak")
                        .version("v1")
                        .description("A multi-tenant control plane for AI agents. Every answer that is not plain"
                                + " progress is a problem document (RFC 9457)."))
                .servers(List.of(new Server().url("/")))
                .addSecurityItem(new SecurityRequirement().addList(BEARER))
                .components(new Components()
                        .addSecuritySchemes(
                                BEARER,
                                new SecurityScheme()
                                        .type(SecurityScheme.Type.HTTP)
                                        .scheme("bearer")
                                        .description("An API key, or a token of the configured OIDC issuer")));
    }

    /** Springdoc describes with its own mapper; it has to be told what ours does. */
    @Bean
    ModelResolver modelResolver(ObjectMapperProvider springdoc) {
        return new ModelResolver(DescribedNames.on(springdoc.jsonMapper())).openapi31(true);
    }

    @Bean
    GlobalOpenApiCustomizer problemResponses() {
        return api -> {
            api.getComponents().addSchemas(PROBLEM, problem());
            api.getPaths().values().stream()
                    .flatMap(path -> path.readOperations().stream())
                    .forEach(operation -> operation
                            .getResponses()
                            .addApiResponse(
                                    "default",
                                    new ApiResponse()
                                            .description("No, and why")
                                            .content(new Content()
                                                    .addMediaType(
                                                            "application/problem+json",
                                                            new MediaType()
                                                                    .schema(new Schema<>()
                                                                            .$ref("#/components/schemas/"
                                                                                    + PROBLEM))))));
        };
    }

    @Bean
    OperationCustomizer tenantOfOperators() {
        return (operation, method) -> {
            boolean ofTenant = Arrays.stream(method.getMethodParameters())
                    .anyMatch(parameter -> parameter.getParameterType() == TenantContext.class);
            return ofTenant
                    ? operation.addParametersItem(new Parameter()
                            .in("query")
                            .name("tenant")
                            .description("The tenant an operator acts in; others may leave it out")
                            .schema(text()))
                    : operation;
        };
    }

    private static Schema<?> problem() {
        var error = typed("object")
                .addProperty("pointer", text())
                .addProperty("rule", text())
                .addProperty("detail", text());
        return typed("object")
                .addProperty("type", text())
                .addProperty("title", text())
                .addProperty("status", typed("integer"))
                .addProperty("detail", text())
                .addProperty("instance", text())
                .addProperty("code", text())
                .addProperty("request_id", text())
                .addProperty("errors", typed("array").items(error))
                .required(List.of("type", "title", "status", "code"));
    }

    private static Schema<?> text() {
        return typed("string");
    }

    private static Schema<?> typed(String type) {
        return new Schema<>().types(Set.of(type));
    }
}
