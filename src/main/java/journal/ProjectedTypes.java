package journal;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.axonframework.config.Configuration;
import org.axonframework.eventhandling.AbstractEventProcessor;
import org.axonframework.serialization.SerializedType;
import org.axonframework.serialization.UnknownSerializedType;
import org.springframework.util.function.SingletonSupplier;

/** Which stored types some projection handles. A type that is not known is kept: an upcaster may make it one that is. */
class ProjectedTypes {

    private final Configuration axon;
    private final JournalSerializer serializer;
    private final Map<Class<?>, Boolean> known = new ConcurrentHashMap<>();
    private final Supplier<List<String>> others = SingletonSupplier.of(this::notHandled);

    ProjectedTypes(Configuration axon, JournalSerializer serializer) {
        this.axon = axon;
        this.serializer = serializer;
    }

    boolean handles(SerializedType type) {
        return handles(serializer.classForType(type));
    }

    boolean handles(Class<?> type) {
        return known.computeIfAbsent(type, this::handled);
    }

    /** The names of all types that no projection handles. Asked for once every projection is registered. */
    List<String> others() {
        return others.get();
    }

    private List<String> notHandled() {
        return serializer.journaledTypes().stream()
                .filter(type -> !handles(type))
                .map(type -> serializer.typeForClass(type).getName())
                .toList();
    }

    private boolean handled(Class<?> type) {
        return type == UnknownSerializedType.class
                || axon.eventProcessingConfiguration().eventProcessors().values().stream()
                        .anyMatch(processor -> !(processor instanceof AbstractEventProcessor ours)
                                || ours.eventHandlerInvoker().canHandleType(type));
    }
}
