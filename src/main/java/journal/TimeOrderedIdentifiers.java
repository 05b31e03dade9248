package journal;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import org.axonframework.common.IdentifierFactory;

/**
 * Ids of messages are UUIDs of version 7: cheap to make, and neighbours in time are neighbours in an index. Public only
 * because Axon finds it as a service.
 */
public class TimeOrderedIdentifiers extends IdentifierFactory {

    private final NoArgGenerator uuids = Generators.timeBasedEpochGenerator();

    @Override
    public String generateIdentifier() {
        return uuids.generate().toString();
    }
}
