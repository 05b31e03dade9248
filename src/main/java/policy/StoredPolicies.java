package policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.axonframework.commandhandling.CommandHandler;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import policy.PolicyCommand.ReadInForce;
import policy.PolicyCommand.TryPolicy;
import policy.Verdict.Denied;
import policy.Verdict.Reason;
import tenancy.ActionEnvelope;
import tenancy.TenantId;

/** Policies, decided by the tenant's books in the tenant's lane and by the platform's guardrails. */
@Component
class StoredPolicies implements Policies {

    private final Books books;
    private final KnownBooks known;
    private final Guardrails guardrails;
    private final DecisionTimers timers;

    StoredPolicies(Books books, KnownBooks known, Guardrails guardrails, DecisionTimers timers) {
        this.books = books;
        this.known = known;
        this.guardrails = guardrails;
        this.timers = timers;
    }

    @Override
    public Verdict decide(ActionEnvelope envelope) {
        long start = System.nanoTime();
        TenantId tenant = envelope.tenant();
        Verdict verdict = decide(envelope, known.layersOf(tenant), name -> inForce(tenant, name));
        timers.record(tenant, verdict, System.nanoTime() - start);
        return verdict;
    }

    /** Reads the tenant's documents in its lane; what it answers may leave the lane and decide as often as it likes. */
    @CommandHandler
    Decider handle(TryPolicy attempt) {
        TenantId tenant = attempt.profile().tenant();
        String name = attempt.profile().profile();
        Lint.check(tenant, Layer.of(tenant, name), attempt.document());
        Map<String, InForce> documents = new HashMap<>();
        known.of(tenant).forEach(each -> documents.put(each, inForce(tenant, each)));
        long version = documents.getOrDefault(name, InForce.NOTHING).version() + 1;
        documents.put(name, new InForce(CompiledPolicy.of(name, version, attempt.document()), null));
        return envelope -> decide(envelope, documents.keySet(), each -> documents.getOrDefault(each, InForce.NOTHING));
    }

    @CommandHandler
    InForce handle(ReadInForce read) {
        return inForce(read.profile().tenant(), read.profile().profile());
    }

    private Verdict decide(ActionEnvelope envelope, @Nullable Set<String> names, Function<String, InForce> documents) {
        Optional<InForce> platform = guardrails.inForce();
        if (platform.isEmpty()) {
            return guardrailsUnknown();
        }
        String profile = envelope.policyProfile();
        return new Documents(
                        layers(envelope, platform.get(), names, documents),
                        Layer.isReserved(profile) ? InForce.NOTHING : documents.apply(profile))
                .decide(envelope);
    }

    private static List<InForce> layers(
            ActionEnvelope envelope,
            InForce platform,
            @Nullable Set<String> names,
            Function<String, InForce> documents) {
        if (names == null) {
            return platform == InForce.NOTHING ? List.of() : List.of(platform);
        }
        List<InForce> layers = new ArrayList<>(Layer.values().length);
        layers.add(platform);
        for (Layer layer : Layer.BETWEEN) {
            String name = layer.nameFor(envelope);
            if (names.contains(name)) {
                layers.add(documents.apply(name));
            }
        }
        return layers;
    }

    private InForce inForce(TenantId tenant, String name) {
        return books.in(new ProfileId(tenant, name), PolicyBook::ready).orElse(InForce.NOTHING);
    }

    private static Denied guardrailsUnknown() {
        return new Denied(
                0,
                List.of(new Reason(
                        CompiledPolicy.DEFAULT_DENY,
                        Layer.PLATFORM,
                        0,
                        "The platform is starting: its guardrails are not read yet.")),
                "Ask again in a moment.");
    }
}
