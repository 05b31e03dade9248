/** Proof of who is asking: API keys that the platform issues, and tokens of an identity provider. */
@NullMarked
package tenancy.credentials;

import org.jspecify.annotations.NullMarked;
