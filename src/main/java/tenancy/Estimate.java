package tenancy;

/**
 * What one action is expected to use before it has run. Whole numbers, so that sums are exact.
 *
 * @param slotMillis milliseconds of one slot; its share of a pool is counted by it
 * @param tokens model tokens, input and output together; 0 for what calls no model
 * @param microUnits money, in millionths of the tenant's unit of currency
 * @param bytes bytes that the action stores at its target; 0 for what stores none
 */
public record Estimate(long slotMillis, long tokens, long microUnits, long bytes) {

    public Estimate {
        if (slotMillis < 0 || tokens < 0 || microUnits < 0 || bytes < 0) {
            throw new IllegalArgumentException("An estimate is never negative");
        }
    }

    /** Uses nothing that is counted but a slot. */
    public static Estimate ofSlot(long slotMillis) {
        return new Estimate(slotMillis, 0, 0, 0);
    }
}
