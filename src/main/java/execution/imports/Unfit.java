package execution.imports;

import execution.imports.Draft.LeftOut;

/** A part of what is imported cannot be part of a connector; thrown from the depth of a schema to its operation. */
final class Unfit extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String pointer;

    Unfit(String pointer, String why) {
        super(why, null, false, false);
        this.pointer = pointer;
    }

    LeftOut leftOut() {
        return new LeftOut(pointer, String.valueOf(getMessage()));
    }
}
