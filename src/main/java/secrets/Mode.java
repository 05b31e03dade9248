package secrets;

import tenancy.Effect;

/** What a credential may be used for. A secret is of exactly one mode: what changes things is never lent for reading. */
public enum Mode {
    READ,
    MUTATE;

    /** The mode that an operation with this effect needs. */
    public static Mode of(Effect effect) {
        return effect == Effect.READ ? READ : MUTATE;
    }
}
