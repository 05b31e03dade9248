package policy;

/** What a published version does. */
public enum Mode {
    /** It decides, in place of the one before. */
    ENFORCED,
    /** It is only tried out: the version in force goes on deciding, and every answer shows what this one would say. */
    SHADOW
}
