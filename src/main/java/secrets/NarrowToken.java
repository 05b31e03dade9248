package secrets;

import java.time.Instant;

/**
 * A token that may be given to an agent: made for one action, narrow and short. Only {@code secrets.minting} makes one,
 * of what it signed or what a token endpoint answered; a sealed value is a {@link Concealed} of another type and never
 * becomes one. {@code BoundariesTest} holds that.
 *
 * @param scope scopes, with spaces between
 */
public record NarrowToken(Concealed value, String scope, Instant expiresAt) {}
