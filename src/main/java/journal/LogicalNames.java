package journal;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.axonframework.serialization.Revision;
import tenancy.JournaledTypes;

/** Which Java type a stored name stands for: {@code action_queued} is {@code ActionQueued}, wherever that may live. */
final class LogicalNames {

    private static final Pattern WORD_START = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

    private final Map<String, Class<?>> types = new HashMap<>();
    private final Map<Class<?>, String> names = new HashMap<>();

    LogicalNames(Collection<JournaledTypes> modules) {
        modules.stream()
                .flatMap(module -> module.types().stream())
                .flatMap(LogicalNames::cases)
                .distinct()
                .forEach(this::add);
    }

    Optional<String> nameOf(Class<?> type) {
        return Optional.ofNullable(names.get(type));
    }

    Optional<Class<?>> typeOf(String name) {
        return Optional.ofNullable(types.get(name));
    }

    Collection<Class<?>> types() {
        return Collections.unmodifiableCollection(types.values());
    }

    private static Stream<Class<?>> cases(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(LogicalNames::cases)
                : Stream.of(type);
    }

    private void add(Class<?> type) {
        String name = String.join("_", List.of(WORD_START.split(type.getSimpleName())))
                .toLowerCase(Locale.ROOT);
        Class<?> other = types.putIfAbsent(name, type);
        if (other != null) {
            throw new IllegalStateException("%s and %s would both be journaled as %s: rename one"
                    .formatted(other.getName(), type.getName(), name));
        }
        if (type.isRecord() && !type.isAnnotationPresent(Revision.class)) {
            throw new IllegalStateException(
                    "Event %s needs a @Revision: it is stored for ever".formatted(type.getName()));
        }
        names.put(type, name);
    }
}
