package journal;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param share of its time that a rebuild works while others write into the journal; the rest of it, it waits. Alone, it
 *     works all the time
 */
@ConfigurationProperties("firebreak.rebuild")
record RebuildSettings(@DefaultValue("0.25") double share) {

    RebuildSettings {
        if (!(share >= 0.001 && share <= 1)) {
            throw new IllegalArgumentException("firebreak.rebuild.share must be 0.001 to 1");
        }
    }
}
