package tenancy;

/** What an operation does to its target system. */
public enum Effect {
    READ,
    WRITE,
    HIGH_RISK
}
