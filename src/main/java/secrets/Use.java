package secrets;

import java.util.List;

/**
 * One use of a credential, from just before the request is made to just after its answer. A revocation finds all uses
 * under way, ends them, and reports what became of each.
 */
public interface Use extends AutoCloseable {

    Credential credential();

    /** All texts that must never come back from the target: the value itself and what is derived from it. */
    List<Concealed> secrets();

    /** Whether a revocation came while it was under way. What then comes of the request counts only as far as it is sure. */
    boolean revoked();

    /** The request is about to leave; false if a revocation was faster: then it must not. */
    boolean leaves();

    /** The whole answer has come. */
    void answered();

    /** The use is over; what was opened is forgotten. */
    @Override
    void close();
}
