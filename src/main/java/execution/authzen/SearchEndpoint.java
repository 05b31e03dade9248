package execution.authzen;

import execution.Rehearsals;
import execution.Rehearsals.Rehearsed;
import execution.Rehearsals.Semantic;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import policy.KnownOperations;
import policy.KnownOperations.KnownOperation;
import tenancy.Caller;
import tenancy.Forbidden;
import tenancy.InvalidField;
import tenancy.KnownAgents;
import tenancy.TenantContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The OpenID AuthZEN Authorization API 1.0: searches. Each candidate is put where the request leaves a gap and evaluated
 * as an evaluation request of its own; what is permitted is found.
 */
@RestController
class SearchEndpoint {

    private static final String ASKERS = "hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','OPERATOR')";
    private static final String SUBJECT = "subject";
    private static final String ACTION = "action";
    private static final String RESOURCE = "resource";
    /** As many as a batch of evaluations may have: one turn in the tenant's lane. */
    private static final int AT_ONCE = 100;

    private static final int MOST_CANDIDATES = 1_000;
    /** Stands in the gap while the request is checked, so that it is refused even where nothing could be found. */
    private static final String ANY = "any";

    private final Rehearsals rehearsals;
    private final KnownAgents agents;
    private final KnownOperations operations;

    SearchEndpoint(Rehearsals rehearsals, KnownAgents agents, KnownOperations operations) {
        this.rehearsals = rehearsals;
        this.agents = agents;
        this.operations = operations;
    }

    /** @param nextToken pass it back as {@code page.token} for what follows; empty on the last page */
    record Next(String nextToken, int count) {}

    /** A page of subjects or resources. */
    record Entities(Next page, List<Entity> results) {}

    record Entity(String type, String id) {}

    /** A page of actions. */
    record Operations(Next page, List<Operation> results) {}

    record Operation(String name) {}

    /** What was found: keys of candidates. */
    private record Found(Next page, List<String> keys) {}

    /** Where candidates come from, in the order of their keys. */
    @FunctionalInterface
    private interface Candidates {
        List<String> following(String after, int limit);
    }

    /** Which agents may do this. */
    @PostMapping("/access/v1/search/subject")
    @PreAuthorize(ASKERS)
    Entities subjects(TenantContext context, Caller caller, @RequestBody JsonNode body) {
        var own = caller.agent();
        Candidates candidates = own == null
                ? (after, limit) -> agents.following(context.tenant(), after, limit)
                : sorted(Stream.of(own.key()));
        Found found = search(SUBJECT, context, caller, body, agent -> with(body, SUBJECT, "id", agent), candidates);
        String type = body.path(SUBJECT).path("type").asString();
        return new Entities(
                found.page(),
                found.keys().stream().map(agent -> new Entity(type, agent)).toList());
    }

    /** What the agent may do there. */
    @PostMapping("/access/v1/search/action")
    @PreAuthorize(ASKERS)
    Operations actions(TenantContext context, Caller caller, @RequestBody JsonNode body) {
        Function<String, JsonNode> filled = operation -> with(body, ACTION, "name", operation);
        String system = new AccessRequest("", filled.apply(ANY), null)
                .question(context.tenant())
                .target()
                .system();
        Found found = search(
                ACTION,
                context,
                caller,
                body,
                filled,
                sorted(operations.of(context.tenant()).stream()
                        .filter(known -> known.system().equals(system))
                        .map(KnownOperation::operation)));
        return new Operations(
                found.page(), found.keys().stream().map(Operation::new).toList());
    }

    /** On which systems the agent may do this; of a resource of another type, whether on that one. */
    @PostMapping("/access/v1/search/resource")
    @PreAuthorize(ASKERS)
    Entities resources(TenantContext context, Caller caller, @RequestBody JsonNode body) {
        String type = body.path(RESOURCE).path("type").asString("");
        String operation = body.path(ACTION).path("name").asString("");
        Candidates candidates = type.equals(AccessRequest.SYSTEM)
                ? sorted(operations.of(context.tenant()).stream()
                        .filter(known -> known.operation().equals(operation))
                        .map(KnownOperation::system))
                : sorted(Stream.of(type));
        Found found = search(RESOURCE, context, caller, body, system -> with(body, RESOURCE, "id", system), candidates);
        return new Entities(
                found.page(),
                found.keys().stream().map(system -> new Entity(type, system)).toList());
    }

    private Found search(
            String kind,
            TenantContext context,
            Caller caller,
            JsonNode body,
            Function<String, JsonNode> filled,
            Candidates candidates) {
        var own = caller.agent();
        var asked = new AccessRequest("", filled.apply(ANY), null).question(context.tenant());
        if (own != null && !kind.equals(SUBJECT) && !asked.agent().equals(own)) {
            throw new Forbidden("envelope_mismatch", "An agent's credential searches for that agent only.");
        }
        SearchPage page = SearchPage.of(kind + " " + context.tenant().value(), body);
        List<String> found = new ArrayList<>();
        String after = page.after();
        for (int looked = 0; looked < MOST_CANDIDATES; looked += AT_ONCE) {
            List<String> some = candidates.following(after, AT_ONCE);
            List<Rehearsed> answers = some.isEmpty()
                    ? List.of()
                    : rehearsals.of(
                            context,
                            own,
                            some.stream()
                                    .map(key ->
                                            new AccessRequest("", filled.apply(key), null).question(context.tenant()))
                                    .toList(),
                            Semantic.EXECUTE_ALL);
            for (int i = 0; i < some.size(); i++) {
                if (answers.get(i).isPermitted()) {
                    if (found.size() == page.limit()) {
                        return new Found(new Next(page.token(after), found.size()), found);
                    }
                    found.add(some.get(i));
                }
                after = some.get(i);
            }
            if (some.size() < AT_ONCE) {
                return new Found(new Next("", found.size()), found);
            }
        }
        return new Found(new Next(page.token(after), found.size()), found);
    }

    private static Candidates sorted(Stream<String> keys) {
        List<String> all = keys.distinct().sorted().toList();
        return (after, limit) -> all.stream()
                .filter(key -> key.compareTo(after) > 0)
                .limit(limit)
                .toList();
    }

    /** The request with the gap filled; what stood there is ignored. */
    private static JsonNode with(JsonNode body, String entity, String field, String value) {
        if (!body.isObject()) {
            throw new InvalidField("", "wrong_type", "must be an object");
        }
        var filled = (ObjectNode) body.deepCopy();
        JsonNode found = filled.path(entity);
        if (found instanceof ObjectNode named) {
            named.put(field, value);
        } else if (entity.equals(ACTION) && found.isMissingNode()) {
            filled.putObject(ACTION).put(field, value);
        }
        return filled;
    }
}
