package execution.gateway;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a call, level by level; no level is concluded from another. That a request was answered with 200 does
 * not say that the tool did it, and that the tool says so does not say that the effect is there.
 *
 * @param protocol absent if nothing whole was answered
 * @param tool absent if the answer came from before the tool, or there is none
 * @param message the tool's own words about its error, bounded
 * @param effect what a probe saw
 */
public record Levels(
        Transport transport,
        @Nullable Protocol protocol,
        @Nullable Tool tool,
        @Nullable String message,
        Verified effect) {

    private static final Levels UNSENT = new Levels(Transport.NOT_SENT, null, null, null, Verified.NOT_PROBED);
    private static final Levels SILENT = new Levels(Transport.SENT_NO_ANSWER, null, null, null, Verified.NOT_PROBED);

    /** What the network carried. */
    public enum Transport {
        NOT_SENT,
        SENT_NO_ANSWER,
        ANSWERED
    }

    /**
     * What the protocol said.
     *
     * @param status HTTP status of the answer
     * @param rpcError JSON-RPC error code, where the target speaks that
     */
    public record Protocol(int status, @Nullable Integer rpcError) {}

    /** What the tool itself said in its answer. */
    public enum Tool {
        OK,
        ERROR,
        /** It was answered, in a form that tells nothing. */
        UNREADABLE
    }

    /** Whether the effect was looked for, and found. */
    public enum Verified {
        VERIFIED,
        REFUTED,
        NOT_PROBED,
        PROBE_FAILED
    }

    static Levels unsent() {
        return UNSENT;
    }

    static Levels silent() {
        return SILENT;
    }

    static Levels answered(int status, @Nullable Tool tool, @Nullable String message) {
        return new Levels(Transport.ANSWERED, new Protocol(status, null), tool, message, Verified.NOT_PROBED);
    }

    static Levels of(Exchange exchange, Judgement judgement) {
        return switch (exchange) {
            case Exchange.NotSent _ -> UNSENT;
            case Exchange.Unanswered _ -> SILENT;
            case Exchange.Answered answered -> answered(answered.status(), judgement.tool(), judgement.message());
        };
    }

    /** The same, where the target's answer was an error of JSON-RPC. */
    Levels rpcError(@Nullable Integer code) {
        return protocol == null || code == null
                ? this
                : new Levels(transport, new Protocol(protocol.status(), code), tool, message, effect);
    }

    /** The same, once it was looked for the effect. */
    public Levels seen(Verified seen) {
        return new Levels(transport, protocol, tool, message, seen);
    }

    /** The same without the tool's words: they may repeat what it was sent. */
    public Levels withoutMessage() {
        return message == null ? this : new Levels(transport, protocol, tool, null, effect);
    }
}
