package policy;

/** What a condition says of one envelope: yes, no, or that it cannot be told, and why not. */
enum Answer {
    YES("it is true"),
    NO("it is false"),
    MISSING("a field it reads is missing"),
    MISTYPED("two of its values do not fit together"),
    OUT_OF_RANGE("a number or an index is out of range"),
    MALFORMED("a text it reads is not what it should be"),
    TOO_MUCH("it takes more steps than a condition may"),
    UNREADABLE("what it reads is too large"),
    NO_TRUTH("its result is neither true nor false"),
    FAILED("it cannot be evaluated");

    private final String words;

    Answer(String words) {
        this.words = words;
    }

    boolean isTold() {
        return this == YES || this == NO;
    }

    String words() {
        return words;
    }
}
