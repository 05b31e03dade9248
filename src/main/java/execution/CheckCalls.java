package execution;

import execution.ActionEvent.Answered;
import execution.ActionEvent.CheckFailed;
import execution.ActionEvent.CheckPassed;
import execution.ActionEvent.ChecksRequired;
import execution.ActionEvent.Question;
import execution.ActionEvent.Requested;
import execution.gateway.Connectors;
import execution.gateway.Operation;
import execution.gateway.Outcome;
import execution.gateway.Quarantined;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import policy.Checks;
import tenancy.Cause;
import tenancy.Effect;
import tenancy.Forbidden;
import tenancy.InvalidField;
import tenancy.Refusal;
import tenancy.Target;
import tenancy.TenantId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The questions that have to be asked before an action: made from its envelope, and judged by the policy. Whatever is
 * not plainly a yes is a no. Used inside the tenant's lane only.
 */
@Component
class CheckCalls {

    private static final Logger log = LoggerFactory.getLogger(CheckCalls.class);

    /** Longer answers are journaled by their digest alone. */
    private static final int LONGEST_RESULT = 4_096;

    private static final String TARGET = "target.";
    private static final String ARGUMENT = "arguments.";

    private final Connectors connectors;
    private final ObjectProvider<Checks> checks;

    /** @param checks the policy's judgement; with nobody to judge, nothing passes */
    CheckCalls(Connectors connectors, ObjectProvider<Checks> checks) {
        this.connectors = connectors;
        this.checks = checks;
    }

    /** What is to be called, in order; or why one of them cannot be. */
    sealed interface Made {

        /** A credential that a check needs is contained. */
        record Held() implements Made {}

        record Calls(List<Start.Call> calls) implements Made {
            public Calls {
                calls = List.copyOf(calls);
            }
        }

        record Impossible(CheckFailed no) implements Made {}
    }

    Made make(TenantId tenant, ChecksRequired required, Requested asked, long policyVersion, Instant now) {
        List<Start.Call> calls = new ArrayList<>();
        for (Question question : required.questions()) {
            try {
                calls.add(call(tenant, question, asked));
            } catch (Refusal no) {
                String words = "Its check %s of %s cannot be asked: %s"
                        .formatted(question.operation(), question.system(), no.getMessage());
                return new Made.Impossible(
                        failed(required.action(), question, no.code(), null, words, policyVersion, now));
            }
        }
        return new Made.Calls(calls);
    }

    private Start.Call call(TenantId tenant, Question question, Requested asked) {
        Operation operation = connectors.operation(tenant, question.system(), question.operation());
        if (operation.handsOut()) {
            throw new Forbidden("check_has_effect", "a check may only read, and this operation hands out a token.");
        }
        if (operation.effect() != Effect.READ) {
            throw new Forbidden("check_has_effect", "a check may only read, and this operation changes something.");
        }
        Quarantined waits = operation.quarantine();
        if (waits != null) {
            throw new Forbidden(
                    "operation_quarantined", String.valueOf(waits.cause().detail()));
        }
        JsonNode arguments = StoredJson.tree(asked.given());
        ObjectNode sent = JsonNodeFactory.instance.objectNode();
        question.arguments().forEach((name, source) -> {
            JsonNode value = value(source, arguments, asked.target());
            if (value != null) {
                sent.set(name, value);
            }
        });
        Map<String, String> fields = new HashMap<>();
        question.target().forEach((name, source) -> {
            JsonNode value = value(source, arguments, asked.target());
            if (value != null && !value.isValueNode()) {
                throw new InvalidField("/target/" + name, "text", "must be one value");
            }
            if (value != null) {
                fields.put(name, value.asString());
            }
        });
        var target = new Target(question.system(), fields);
        return new Start.Call(question.rule(), operation, target, operation.validated(target, sent.toString()), null);
    }

    /** The value that a source names; null if the envelope has none. */
    private static @Nullable JsonNode value(String source, JsonNode arguments, Map<String, String> target) {
        if (source.equals("arguments")) {
            return arguments;
        }
        if (source.startsWith(ARGUMENT)) {
            return arguments.get(source.substring(ARGUMENT.length()));
        }
        String text = source.startsWith(TARGET) ? target.get(source.substring(TARGET.length())) : literal(source);
        return text == null ? null : JsonNodeFactory.instance.stringNode(text);
    }

    private static String literal(String source) {
        if (source.length() < 2 || !source.startsWith("'") || !source.endsWith("'")) {
            throw new InvalidField("/check", "source", "%s names nothing of an envelope".formatted(source));
        }
        return source.substring(1, source.length() - 1);
    }

    /** The check whose credential was not lent: it is not asked, which counts as a no. */
    CheckFailed unlent(
            ChecksRequired required, Start.Call call, String code, Cause cause, long policyVersion, Instant now) {
        Question question = required.questions().stream()
                .filter(asked -> asked.rule().equals(call.rule()))
                .findFirst()
                .orElseThrow();
        String words = "Its check %s of %s cannot be asked: %s"
                .formatted(question.operation(), question.system(), cause.detail() == null ? code : cause.detail());
        return failed(required.action(), question, code, null, words, policyVersion, now);
    }

    /** What was answered, as events: a pass for each that passed, and no more after the first that did not. */
    List<ActionEvent> judge(ChecksRequired required, List<Checked> checked, long policyVersion, Instant now) {
        List<ActionEvent> events = new ArrayList<>();
        for (int at = 0; at < required.questions().size(); at++) {
            Question question = required.questions().get(at);
            ActionEvent judged = at < checked.size()
                    ? judge(required.action(), question, checked.get(at), policyVersion, now)
                    : failed(
                            required.action(),
                            question,
                            "check_not_run",
                            null,
                            "Its check was not run.",
                            policyVersion,
                            now);
            events.add(judged);
            if (judged instanceof CheckFailed) {
                break;
            }
        }
        return events;
    }

    private ActionEvent judge(String action, Question question, Checked checked, long policyVersion, Instant now) {
        boolean same = question.rule().equals(checked.rule())
                && question.system().equals(checked.system())
                && question.operation().equals(checked.operation());
        String of = "%s of %s".formatted(question.operation(), question.system());
        return switch (checked.outcome()) {
            case Outcome.Succeeded done -> {
                var answered = new Answered(
                        checked.system(),
                        checked.operation(),
                        checked.connectorVersion(),
                        Fingerprint.of(done.result()),
                        done.result().length() <= LONGEST_RESULT ? done.result() : null);
                yield same && passes(question, done.result())
                        ? new CheckPassed(action, question.rule(), answered, now)
                        : failed(
                                action,
                                question,
                                "check_failed",
                                answered,
                                "The check %s did not pass.".formatted(of),
                                policyVersion,
                                now);
            }
            case Outcome.Failed failed ->
                failed(
                        action,
                        question,
                        failed.code(),
                        null,
                        "The check %s gave no answer (%s), which counts as a no.".formatted(of, failed.code()),
                        policyVersion,
                        now);
            case Outcome.Unknown unknown ->
                failed(
                        action,
                        question,
                        unknown.code(),
                        null,
                        "The check %s gave no answer (%s), which counts as a no.".formatted(of, unknown.code()),
                        policyVersion,
                        now);
        };
    }

    private boolean passes(Question question, String result) {
        Checks judge = checks.getIfAvailable();
        try {
            return judge != null && judge.pass(Rulings.check(question), result);
        } catch (RuntimeException broken) {
            log.error("The condition of rule {} could not be asked", question.rule(), broken);
            return false;
        }
    }

    private static CheckFailed failed(
            String action,
            Question question,
            String code,
            @Nullable Answered answered,
            String words,
            long policyVersion,
            Instant now) {
        return new CheckFailed(
                action,
                question.rule(),
                code,
                answered,
                Cause.rule(question.rule(), policyVersion, words),
                "change what the check %s of %s is asked about, or rule %s"
                        .formatted(question.operation(), question.system(), question.rule()),
                now);
    }
}
