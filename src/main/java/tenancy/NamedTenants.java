package tenancy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;

/** The tenants that a command names: its target's, and that of every identity in it, however deep. */
final class NamedTenants {

    private static final ClassValue<List<Part>> PARTS = new ClassValue<>() {
        @Override
        protected List<Part> computeValue(Class<?> type) {
            return partsOf(type);
        }
    };

    private NamedTenants() {}

    /** Whether the command, a record, names this tenant and no other. */
    static boolean onlyIn(String tenant, Object command) {
        if (!command.getClass().isRecord()) {
            throw new IllegalStateException(
                    "Command %s is no record: whom it is about cannot be checked".formatted(command.getClass()));
        }
        return agrees(tenant, command);
    }

    private static boolean agrees(String tenant, @Nullable Object value) {
        if (value instanceof TenantId id) {
            return id.value().equals(tenant);
        }
        if (value instanceof Record whole) {
            return allAgree(tenant, whole);
        }
        return !(value instanceof Collection<?> many)
                || many.stream().allMatch(one -> !(one instanceof Record) || agrees(tenant, one));
    }

    private static boolean allAgree(String tenant, Record whole) {
        for (Part part : PARTS.get(whole.getClass())) {
            Object value = part.of(whole);
            if (part.target() && value != null && !belongs(value.toString(), tenant) || !agrees(tenant, value)) {
                return false;
            }
        }
        return true;
    }

    private static boolean belongs(String aggregate, String tenant) {
        return aggregate.startsWith(tenant)
                && (aggregate.length() == tenant.length() || aggregate.charAt(tenant.length()) == '/');
    }

    private static List<Part> partsOf(Class<?> type) {
        List<Part> parts = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            Method accessor = component.getAccessor();
            boolean target = accessor.isAnnotationPresent(TargetAggregateIdentifier.class);
            if (target || mayName(component.getType())) {
                accessor.setAccessible(true);
                parts.add(new Part(accessor, target));
            }
        }
        return List.copyOf(parts);
    }

    /** Records name tenants, and so may whatever can hold one: a sealed choice, a collection, an object. */
    private static boolean mayName(Class<?> type) {
        return type.isRecord()
                || type.isInterface() && !CharSequence.class.isAssignableFrom(type)
                || type == Object.class;
    }

    private record Part(Method accessor, boolean target) {

        @Nullable
        Object of(Record whole) {
            try {
                return accessor.invoke(whole);
            } catch (IllegalAccessException | InvocationTargetException unreadable) {
                throw new IllegalStateException("Cannot read " + accessor, unreadable);
            }
        }
    }
}
