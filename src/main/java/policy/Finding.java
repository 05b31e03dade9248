package policy;

/**
 * Something about a document that its author should know.
 *
 * @param pointer JSON pointer to the line that it is about
 * @param rule what kind of finding, stable
 * @param severity {@code error} keeps the document from being published, {@code warning} does not
 */
record Finding(String pointer, String rule, Severity severity, String words) {

    enum Severity {
        ERROR,
        WARNING
    }

    static Finding warning(String pointer, String rule, String words) {
        return new Finding(pointer, rule, Severity.WARNING, words);
    }
}
