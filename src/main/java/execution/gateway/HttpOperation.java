package execution.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import secrets.Origin;
import tenancy.Effect;
import tenancy.Estimate;
import tenancy.LongWork;
import tenancy.Refusal.FieldError;
import tenancy.Target;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An operation over HTTP.
 *
 * @param quarantines of the connector's operations, by name
 */
record HttpOperation(
        TenantId tenant,
        String system,
        long connectorVersion,
        TargetSystem target,
        TargetSystem.Described described,
        Map<String, Quarantine> quarantines)
        implements Operation {

    /** Of a connector without quarantines. */
    HttpOperation(
            TenantId tenant,
            String system,
            long connectorVersion,
            TargetSystem target,
            TargetSystem.Described described) {
        this(tenant, system, connectorVersion, target, described, Map.of());
    }

    /** Another operation of the same connector. */
    HttpOperation beside(TargetSystem.Described other) {
        return new HttpOperation(tenant, system, connectorVersion, target, other, quarantines);
    }

    @Override
    public @Nullable Quarantined quarantine() {
        Quarantine waits = quarantines.get(name());
        return waits == null ? null : Quarantined.of(system, name(), waits.gone());
    }

    @Override
    public String name() {
        return described.name();
    }

    @Override
    public Effect effect() {
        return described.effect();
    }

    @Override
    public boolean idempotent() {
        return described.idempotent();
    }

    @Override
    public Estimate estimate(long tokens, String arguments) {
        return described.price().estimate(tokens, arguments);
    }

    @Override
    public List<String> recipients(Target aimedAt, String arguments) {
        return described.recipients().places().isEmpty()
                ? List.of()
                : described.recipients().domains(aimedAt, CanonicalJson.read(arguments, "/arguments"));
    }

    @Override
    public String pool() {
        return described.pool();
    }

    @Override
    public int bulkhead() {
        return target.bulkhead();
    }

    @Override
    public int operationBulkhead() {
        return described.bulkhead();
    }

    @Override
    public String destination() {
        return target.host();
    }

    @Override
    public String origin() {
        return Origin.of(target.base());
    }

    @Override
    public boolean needsCredential() {
        return credential() != null || handsOut();
    }

    @Override
    public boolean handsOut() {
        return described.handOut() != null;
    }

    /** How its requests carry a credential; null if they carry none. */
    @Nullable
    CredentialShape credential() {
        return target.credentials().get(name());
    }

    @Override
    public Optional<String> probe() {
        return Optional.ofNullable(described.promises().probe()).map(Probe::operation);
    }

    @Override
    public String schemaDigest() {
        return described.schemaDigest();
    }

    @Override
    public Declared declared() {
        return described.promises().declared();
    }

    @Override
    public @Nullable Compensation compensation() {
        return described.promises().compensation();
    }

    @Override
    public String validated(Target aimedAt, String argumentsJson) {
        return LongWork.isOver(argumentsJson.length())
                ? LongWork.of(tenant, () -> canonical(aimedAt, argumentsJson))
                : canonical(aimedAt, argumentsJson);
    }

    private String canonical(Target aimedAt, String argumentsJson) {
        JsonNode arguments = CanonicalJson.read(argumentsJson, "/arguments");
        // First, because it refuses numbers that no schema's arithmetic should have to do with.
        String canonical = CanonicalJson.write(arguments, "/arguments");
        List<FieldError> faults = new ArrayList<>(described.targetSchema().check(tenant, fields(aimedAt), "/target"));
        faults.addAll(described.argumentSchema().check(tenant, arguments, "/arguments"));
        if (faults.isEmpty()) {
            described.request().request(aimedAt, arguments, canonical, faults);
        }
        if (!faults.isEmpty()) {
            throw new InvalidArguments(system, described.name(), faults);
        }
        return canonical;
    }

    private static ObjectNode fields(Target target) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        target.fields().forEach(fields::put);
        return fields;
    }
}
