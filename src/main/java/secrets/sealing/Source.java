package secrets.sealing;

import java.util.Locale;

/** Where wrapping keys are kept. Its word begins the names of its keys, such as {@code file:7d2c10aa}. */
enum Source {
    /** A file that only the platform's user may read. */
    FILE,
    /** The process's settings, mostly its environment. */
    ENVIRONMENT,
    /** The transit engine of Vault or OpenBao, which never gives the keys themselves. */
    TRANSIT;

    static Source of(String key) {
        return valueOf(key.substring(0, key.indexOf(':')).toUpperCase(Locale.ROOT));
    }

    String name(String key) {
        return word() + ":" + key;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
