package audit.replay;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonRawValue;
import execution.ActionEvent.Need;
import execution.ActionEvent.Ruling;
import execution.ActionState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tenancy.Cause;
import tenancy.Effect;

/**
 * One entry of the journal, told.
 *
 * @param kind what sort of step: {@code decided}, {@code asked}, {@code answered}, {@code done}, {@code outcome},
 *     {@code accounted}, {@code run} or {@code changed}
 * @param event logical name of the entry's type
 * @param by the principal on whose behalf it was written; absent for the platform's own
 * @param known what the decision stood on, in the versions of then
 * @param decided what was decided, and why
 * @param asked who or what was asked, or answered
 * @param done what left the platform, or was about to
 * @param outcome what came of it
 * @param accounted what was set aside
 * @param change the entry's payload as it is stored; of what is not one of the above
 */
record Step(
        long sequence,
        Instant at,
        String kind,
        String event,
        String eventId,
        @Nullable @JsonProperty("action_id") String action,
        @Nullable String by,
        @Nullable Known known,
        @Nullable Decided decided,
        @Nullable Asked asked,
        @Nullable Done done,
        @Nullable Outcome outcome,
        @Nullable Accounted accounted,
        @Nullable @JsonRawValue String change) {

    /**
     * @param connectorVersion of the target's description
     * @param schemaDigest SHA-256 of the operation's schema in it
     * @param arguments canonical JSON; absent where the tenant does not want them kept
     */
    record Known(
            String system,
            String operation,
            Effect effect,
            Map<String, String> target,
            @Nullable @JsonRawValue String arguments,
            List<String> dataClasses,
            String agentClass,
            String trustZone,
            @Nullable String policyProfile,
            long policyVersion,
            @Nullable String quotaClass,
            long connectorVersion,
            String schemaDigest) {}

    /**
     * @param rules those that spoke, each in the version of then
     * @param shadow what a version that was only tried out would have said
     * @param drawn the limit that is nearest, after this; absent if nothing was drawn on
     */
    record Decided(
            ActionState state,
            List<Ruling.Rule> rules,
            Ruling.@Nullable Shadow shadow,
            @Nullable Cause cause,
            @Nullable String remedy,
            @Nullable Drawn drawn,
            @Nullable String pool) {}

    /** @param used spent and reserved, this included */
    record Drawn(String limit, @Nullable String scope, long used, long of) {}

    /**
     * @param digest SHA-256 over what exactly was to be agreed to, or of what a check answered
     * @param answer {@code granted}, {@code denied}, {@code expired}, {@code voided}, {@code passed} or {@code failed};
     *     absent where this only asks
     */
    record Asked(
            @Nullable String rule,
            @Nullable List<Need> needs,
            @Nullable String digest,
            @Nullable Instant expiresAt,
            @Nullable String answer,
            @Nullable String by,
            @Nullable String role,
            @Nullable String words,
            @Nullable Cause cause) {}

    /**
     * @param attempt which time it was started; absent for what is not sent to a target
     * @param lease of the credential that it ran with
     */
    record Done(
            @Nullable Integer attempt,
            @Nullable Long connectorVersion,
            @Nullable String schemaDigest,
            @Nullable String argumentsDigest,
            @Nullable String lease,
            @Nullable String words) {}

    /**
     * @param status HTTP status of the target's answer
     * @param requests how many left the platform; 0 if nothing did
     */
    record Outcome(
            ActionState state,
            @Nullable Integer status,
            @Nullable String code,
            @Nullable Cause cause,
            @Nullable Integer requests,
            @Nullable String resultDigest,
            @Nullable String evidence) {}

    /** The limits that were drawn on, each as it stood after this. */
    record Accounted(List<Drawn> drawn) {}
}
