package journal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.axonframework.config.Configuration;
import org.axonframework.eventhandling.AbstractEventProcessor;
import org.axonframework.serialization.SerializedType;
import org.axonframework.serialization.UnknownSerializedType;

/** Which stored types some projection handles. A type that is not known is kept: an upcaster may make it one that is. */
class ProjectedTypes implements Predicate<SerializedType> {

    private final Configuration axon;
    private final JournalSerializer serializer;
    private final Map<String, Boolean> known = new ConcurrentHashMap<>();

    ProjectedTypes(Configuration axon, JournalSerializer serializer) {
        this.axon = axon;
        this.serializer = serializer;
    }

    @Override
    public boolean test(SerializedType type) {
        return known.computeIfAbsent(type.getName(), name -> handled(serializer.classForType(type)));
    }

    private boolean handled(Class<?> type) {
        return type == UnknownSerializedType.class
                || axon.eventProcessingConfiguration().eventProcessors().values().stream()
                        .anyMatch(processor -> !(processor instanceof AbstractEventProcessor ours)
                                || ours.eventHandlerInvoker().canHandleType(type));
    }
}
