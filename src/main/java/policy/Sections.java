package policy;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import policy.PolicyDocument.Choice;
import policy.Verdict.Reason;
import tenancy.ActionEnvelope;

/** What a document says beside its rules: where actions may lead, with which data, to which models. */
final class Sections {

    private static final String BLOCKED = "destinations.deny";
    private static final String REACHABLE = "destinations.allow";
    private static final String SYSTEMS_BLOCKED = "destinations.systems.deny";
    private static final String SYSTEMS = "destinations.systems.allow";
    private static final String RECIPIENTS_BLOCKED = "destinations.recipients.deny";
    private static final String RECIPIENTS = "destinations.recipients.allow";
    private static final String DATA_CLASSES = "data_classes";
    private static final String MODELS = "models";
    private static final String MODEL_TOKENS = "model_tokens";
    private static final Choice UNSAID = new Choice(null, null);

    private final Layer layer;
    private final long version;
    private final @Nullable Hosts reachable;
    private final Hosts blocked;
    private final @Nullable Set<String> systems;
    private final Set<String> blockedSystems;
    private final @Nullable Hosts recipients;
    private final Hosts blockedRecipients;
    private final @Nullable Set<String> dataClasses;
    private final Models models;

    /** In a profile silence means no, except about systems: their hosts have to be named anyway. */
    Sections(Layer layer, long version, PolicyDocument document) {
        this.layer = layer;
        this.version = version;
        var destinations = document.destinations();
        this.reachable = hosts(destinations.allow());
        this.blocked = new Hosts(destinations.deny());
        Choice ofSystems = Objects.requireNonNullElse(destinations.systems(), UNSAID);
        List<String> named = ofSystems.allow();
        this.systems = named == null ? null : new HashSet<>(named);
        this.blockedSystems = new HashSet<>(ofSystems.deny());
        Choice ofRecipients = Objects.requireNonNullElse(destinations.recipients(), UNSAID);
        this.recipients = hosts(ofRecipients.allow());
        this.blockedRecipients = new Hosts(ofRecipients.deny());
        List<String> classes = said(document.dataClasses());
        this.dataClasses = classes == null ? null : new HashSet<>(classes);
        this.models = new Models(said(document.models()), document.modelTokens());
    }

    boolean permit(ActionEnvelope envelope) {
        return hostDenial(envelope) == null
                && systemDenial(envelope) == null
                && classDenied(envelope) == null
                && modelDenial(envelope) == null
                && allRecipientsPermitted(envelope);
    }

    void explain(ActionEnvelope envelope, Objections objections) {
        String hostDenial = hostDenial(envelope);
        if (hostDenial != null) {
            explain(objections, hostDenial, "Destination " + envelope.destination(), envelope.destination());
        }
        String systemDenial = systemDenial(envelope);
        if (systemDenial != null) {
            String system = envelope.target().system();
            explain(objections, systemDenial, "System " + system, system);
        }
        for (String recipient : envelope.recipients()) {
            String recipientDenial = recipientDenial(recipient);
            if (recipientDenial != null) {
                explain(objections, recipientDenial, "Recipient domain " + recipient, recipient);
                break;
            }
        }
        String dataClass = classDenied(envelope);
        if (dataClass != null) {
            objections.add(
                    reason(DATA_CLASSES, "Data of class " + dataClass + " may not leave."),
                    "add " + dataClass + " to data_classes, or send the action without it");
        }
        String model = envelope.model();
        String modelDenial = modelDenial(envelope);
        if (MODELS.equals(modelDenial)) {
            objections.add(
                    reason(MODELS, "Model " + model + " is not among those allowed."), "add " + model + " to models");
        } else if (model != null && modelDenial != null) {
            long most = models.mostTokens(model);
            objections.add(
                    reason(
                            MODEL_TOKENS,
                            "Model " + model + " may be called with at most " + most + " tokens, and not with "
                                    + envelope.estimate().tokens() + "."),
                    "raise model_tokens for " + model + ", or ask for fewer tokens");
        }
    }

    private void explain(Objections objections, String section, String what, String name) {
        boolean listed = section.endsWith(".deny");
        objections.add(
                reason(section, what + (listed ? " is blocked." : " is not among those allowed.")),
                listed ? "take " + name + " out of " + section : "add " + name + " to " + section);
    }

    private Reason reason(String section, String words) {
        return new Reason(section, layer, version, words);
    }

    private @Nullable String hostDenial(ActionEnvelope envelope) {
        String host = envelope.destination();
        if (blocked.contain(host)) {
            return BLOCKED;
        }
        return reachable == null || reachable.contain(host) ? null : REACHABLE;
    }

    private @Nullable String systemDenial(ActionEnvelope envelope) {
        String system = envelope.target().system();
        if (blockedSystems.contains(system)) {
            return SYSTEMS_BLOCKED;
        }
        return systems == null || systems.contains(system) ? null : SYSTEMS;
    }

    private boolean allRecipientsPermitted(ActionEnvelope envelope) {
        for (String recipient : envelope.recipients()) {
            if (recipientDenial(recipient) != null) {
                return false;
            }
        }
        return true;
    }

    private @Nullable String recipientDenial(String recipient) {
        if (blockedRecipients.contain(recipient)) {
            return RECIPIENTS_BLOCKED;
        }
        return recipients == null || recipients.contain(recipient) ? null : RECIPIENTS;
    }

    private @Nullable String classDenied(ActionEnvelope envelope) {
        if (dataClasses != null) {
            for (String dataClass : envelope.dataClasses()) {
                if (!dataClasses.contains(dataClass)) {
                    return dataClass;
                }
            }
        }
        return null;
    }

    private @Nullable String modelDenial(ActionEnvelope envelope) {
        String model = envelope.model();
        if (model == null) {
            return null;
        }
        if (!models.contain(model)) {
            return MODELS;
        }
        return envelope.estimate().tokens() > models.mostTokens(model) ? MODEL_TOKENS : null;
    }

    private @Nullable Hosts hosts(@Nullable List<String> named) {
        List<String> meant = said(named);
        return meant == null ? null : new Hosts(meant);
    }

    private @Nullable List<String> said(@Nullable List<String> named) {
        return named == null && layer == Layer.PROFILE ? List.of() : named;
    }
}
