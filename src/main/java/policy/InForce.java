package policy;

import org.jspecify.annotations.Nullable;

/**
 * One document as it decides at this moment.
 *
 * @param enforced absent if nobody published one
 * @param tried the version in shadow beside it; absent if there is none
 */
record InForce(@Nullable CompiledPolicy enforced, @Nullable CompiledPolicy tried) {

    static final InForce NOTHING = new InForce(null, null);

    long version() {
        return enforced == null ? 0 : enforced.version();
    }

    @Nullable
    CompiledPolicy triedOrEnforced() {
        return tried == null ? enforced : tried;
    }
}
