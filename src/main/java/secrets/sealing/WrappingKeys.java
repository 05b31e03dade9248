package secrets.sealing;

import com.google.crypto.tink.Aead;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Keys that wrap data keys, wherever they are kept. All may throw {@link SealingUnusable}. */
interface WrappingKeys {

    Source source();

    /** The names of all keys there are now, so that two nodes over one source agree. */
    List<String> names();

    /** The key of this name; empty if the source has none. */
    Optional<Aead> key(String name);

    /** The name of the key that an empty database begins with, made if there is none yet. */
    String first();

    /** The name of another key, made where this source makes keys; empty if an operator has to add one. */
    Optional<String> next(Set<String> used);

    /** Destroys the key; false where only an operator can. */
    boolean destroy(String name);
}
