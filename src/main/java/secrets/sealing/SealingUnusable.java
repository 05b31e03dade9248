package secrets.sealing;

/** The wrapping keys are not what the database needs, or are not safe where they are. Nothing was changed. */
final class SealingUnusable extends IllegalStateException {

    private static final long serialVersionUID = 1;

    private final String remedy;

    /** @param remedy what the operator can do about it */
    SealingUnusable(String message, String remedy) {
        super(message + " " + remedy);
        this.remedy = remedy;
    }

    SealingUnusable(String message, String remedy, Exception cause) {
        super(message + " " + remedy, cause);
        this.remedy = remedy;
    }

    String remedy() {
        return remedy;
    }
}
