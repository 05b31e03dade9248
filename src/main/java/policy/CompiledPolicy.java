package policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import policy.PolicyDocument.Rule;
import policy.Verdict.Allowed;
import policy.Verdict.Denied;
import policy.Verdict.Reason;
import tenancy.ActionEnvelope;

/** One version of a profile, made ready to decide in about a microsecond. Immutable. */
final class CompiledPolicy {

    /** Enough to explain a no; a document may hold thousands of rules that say it. */
    private static final int MOST_REASONS = 8;

    static final String DEFAULT_DENY = "default_deny";
    private static final String BLOCKED = "destinations.deny";
    private static final String REACHABLE = "destinations.allow";

    private final String profile;
    private final long version;
    private final Selector denying;
    private final Selector allowing;
    private final Hosts reachable;
    private final Hosts blocked;
    private final Set<String> dataClasses;
    private final Set<String> models;
    private final List<String> modelPrefixes;

    private CompiledPolicy(String profile, long version, PolicyDocument document) {
        this.profile = profile;
        this.version = version;
        List<Candidate> deny = new ArrayList<>();
        List<Candidate> allow = new ArrayList<>();
        List<Rule> rules = document.rules();
        for (int place = 0; place < rules.size(); place++) {
            Rule rule = rules.get(place);
            // Whatever is not plainly an allow takes away: a document never widens by a word nobody knows.
            (rule.effect().equals("allow") ? allow : deny).add(new Candidate(rule, place));
        }
        this.denying = new Selector(deny);
        this.allowing = new Selector(allow);
        this.reachable =
                new Hosts(Objects.requireNonNullElse(document.destinations().allow(), List.<String>of()));
        this.blocked = new Hosts(document.destinations().deny());
        this.dataClasses = new HashSet<>(Objects.requireNonNullElse(document.dataClasses(), List.<String>of()));
        List<String> named = Objects.requireNonNullElse(document.models(), List.of());
        this.models = new HashSet<>(named);
        this.modelPrefixes = named.stream()
                .filter(pattern -> pattern.endsWith("*"))
                .map(pattern -> pattern.substring(0, pattern.length() - 1))
                .toList();
    }

    static CompiledPolicy of(String profile, long version, PolicyDocument document) {
        return new CompiledPolicy(profile, version, document);
    }

    long version() {
        return version;
    }

    /** Decides; a pure function of the envelope. */
    Verdict decide(ActionEnvelope envelope) {
        Candidate allow = allowing.first(envelope);
        if (allow != null
                && denying.first(envelope) == null
                && hostDenial(envelope) == null
                && classDenied(envelope) == null
                && !modelDenied(envelope)) {
            return new Allowed(version, allow.reasons());
        }
        return denied(envelope, allow);
    }

    /**
     * The slow way round: everything that stands in the way at once, so that it can be put right at once. Texts are
     * joined and not formatted, which costs a tenth: an agent that is denied may ask again as fast as it can.
     */
    private Denied denied(ActionEnvelope envelope, @Nullable Candidate allow) {
        List<Reason> reasons = new ArrayList<>(4);
        StringJoiner remedies = new StringJoiner("; ", "In profile " + profile + ": ", ".");
        for (Candidate rule : denying.all(envelope)) {
            if (reasons.size() == MOST_REASONS) {
                break;
            }
            reasons.addAll(rule.reasons());
            remedies.add("change rule " + rule.id());
        }
        if (allow == null) {
            reasons.add(new Reason(DEFAULT_DENY, Layer.PROFILE, version, silence(envelope)));
            remedies.add("add a rule that allows " + envelope.operation());
        }
        String hostDenial = hostDenial(envelope);
        if (hostDenial != null) {
            String host = envelope.destination();
            boolean listed = hostDenial.equals(BLOCKED);
            reasons.add(new Reason(
                    hostDenial,
                    Layer.PROFILE,
                    version,
                    "Destination " + host + (listed ? " is blocked." : " is not among those allowed.")));
            remedies.add(listed ? "take " + host + " out of " + BLOCKED : "add " + host + " to " + REACHABLE);
        }
        String dataClass = classDenied(envelope);
        if (dataClass != null) {
            reasons.add(new Reason(
                    "data_classes", Layer.PROFILE, version, "Data of class " + dataClass + " may not leave."));
            remedies.add("add " + dataClass + " to data_classes, or send the action without it");
        }
        if (modelDenied(envelope)) {
            reasons.add(new Reason(
                    "models", Layer.PROFILE, version, "Model " + envelope.model() + " is not among those allowed."));
            remedies.add("add " + envelope.model() + " to models");
        }
        return new Denied(version, reasons, remedies.toString());
    }

    private String silence(ActionEnvelope envelope) {
        return "No rule of profile " + profile + " allows " + envelope.operation() + " ("
                + envelope.effect().name().toLowerCase(Locale.ROOT) + ") for agent class " + envelope.agentClass()
                + " in trust zone " + envelope.trustZone() + ".";
    }

    private @Nullable String hostDenial(ActionEnvelope envelope) {
        String host = envelope.destination();
        // A trailing dot names the same host and must not get around a pattern.
        if (host.endsWith(".")) {
            host = host.substring(0, host.length() - 1);
        }
        if (blocked.contain(host)) {
            return BLOCKED;
        }
        return reachable.contain(host) ? null : REACHABLE;
    }

    private @Nullable String classDenied(ActionEnvelope envelope) {
        for (String dataClass : envelope.dataClasses()) {
            if (!dataClasses.contains(dataClass)) {
                return dataClass;
            }
        }
        return null;
    }

    private boolean modelDenied(ActionEnvelope envelope) {
        String model = envelope.model();
        if (model == null || models.contains(model)) {
            return false;
        }
        for (String prefix : modelPrefixes) {
            if (model.startsWith(prefix)) {
                return false;
            }
        }
        return true;
    }
}
