package tenancy;

/**
 * A {@link Refusal} after which what was asked for may have been recorded all the same: asked again under the same
 * name, it is found or done, and never done twice.
 */
public interface Unconfirmed {}
