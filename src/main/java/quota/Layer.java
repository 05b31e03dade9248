package quota;

/** Whose override it is. */
public enum Layer {
    /** May raise and lower. */
    OPERATOR,
    /** May lower only. */
    TENANT
}
