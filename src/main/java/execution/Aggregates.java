package execution;

import java.util.concurrent.Callable;
import org.axonframework.modelling.command.Repository;

/** Creation of aggregates by handlers that are none themselves. */
final class Aggregates {

    private Aggregates() {}

    /** Axon declares any exception; ours throw none that are checked. */
    static <T> void create(Repository<T> repository, Callable<T> first) {
        try {
            repository.newInstance(first);
        } catch (RuntimeException | Error asItIs) {
            throw asItIs;
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
