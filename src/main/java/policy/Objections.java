package policy;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import policy.Verdict.Denied;
import policy.Verdict.Reason;

/**
 * Everything that stands in the way of one action, layer by layer, so that it can be put right at once. Texts are joined
 * and not formatted, which costs a tenth: an agent that is denied may ask again as fast as it can.
 */
final class Objections {

    private final List<Reason> reasons = new ArrayList<>(4);
    private final StringJoiner remedies = new StringJoiner(" ");
    private @Nullable StringJoiner here;

    private String place = "";

    /** What follows is in this document. */
    void of(String document) {
        close();
        place = document;
    }

    void add(Reason reason, String remedy) {
        reasons.add(reason);
        StringJoiner joined = here;
        if (joined == null) {
            joined = new StringJoiner("; ", "In " + place + ": ", ".");
            here = joined;
        }
        joined.add(remedy);
    }

    Denied denied(long version) {
        close();
        return new Denied(version, reasons, remedies.toString());
    }

    private void close() {
        if (here != null) {
            remedies.add(here.toString());
            here = null;
        }
    }
}
