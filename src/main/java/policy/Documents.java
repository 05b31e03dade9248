package policy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import policy.Verdict.Denied;
import policy.Verdict.Reason;
import policy.Verdict.Shadow;
import tenancy.ActionEnvelope;

/**
 * All documents that apply to one envelope.
 *
 * @param layers outermost first
 */
record Documents(List<InForce> layers, InForce profile) {

    /** The verdict of what is in force; beside it that of what is tried out, if anything is. */
    Verdict decide(ActionEnvelope envelope) {
        Verdict verdict = decide(envelope, profile.enforced(), enforced());
        CompiledPolicy trial = firstTried();
        return trial == null
                ? verdict
                : verdict.with(
                        Shadow.of(trial.version(), decide(envelope, profile.triedOrEnforced(), triedOrEnforced())));
    }

    private static Verdict decide(
            ActionEnvelope envelope, @Nullable CompiledPolicy profile, List<CompiledPolicy> layers) {
        return profile == null ? unpublished(envelope) : profile.decide(envelope, layers);
    }

    private @Nullable CompiledPolicy firstTried() {
        if (profile.tried() != null) {
            return profile.tried();
        }
        for (InForce layer : layers) {
            if (layer.tried() != null) {
                return layer.tried();
            }
        }
        return null;
    }

    private List<CompiledPolicy> enforced() {
        if (layers.isEmpty()) {
            return List.of();
        }
        List<CompiledPolicy> enforced = new ArrayList<>(layers.size());
        for (InForce layer : layers) {
            if (layer.enforced() != null) {
                enforced.add(layer.enforced());
            }
        }
        return enforced;
    }

    private List<CompiledPolicy> triedOrEnforced() {
        List<CompiledPolicy> tried = new ArrayList<>(layers.size());
        for (InForce layer : layers) {
            CompiledPolicy document = layer.triedOrEnforced();
            if (document != null) {
                tried.add(document);
            }
        }
        return tried;
    }

    private static Denied unpublished(ActionEnvelope envelope) {
        return new Denied(
                0,
                List.of(new Reason(
                        CompiledPolicy.DEFAULT_DENY,
                        Layer.PROFILE,
                        0,
                        "Profile %s is not published: everything is denied.".formatted(envelope.policyProfile()))),
                "Publish profile %s with a rule that allows %s."
                        .formatted(envelope.policyProfile(), envelope.operation()));
    }
}
