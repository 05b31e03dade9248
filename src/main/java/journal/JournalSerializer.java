package journal;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.messaging.Message;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.SerializedType;
import org.axonframework.serialization.SimpleSerializedType;
import org.axonframework.serialization.UnknownSerializedType;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.jspecify.annotations.Nullable;
import tenancy.ContentSeal;
import tenancy.LongWork;
import tenancy.TenantId;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * Events, snapshots and tokens as JSON: snake_case names, lower-case enums, ISO-8601 instants, logical type names.
 *
 * <p>Fields are read and written, not getters: an aggregate has private fields and no getter, and would otherwise be
 * stored as an empty object.
 */
class JournalSerializer extends Jackson3Serializer {

    private final LogicalNames names;
    private final SealedContents contents;
    private final Map<Class<?>, SerializedType> types = new ConcurrentHashMap<>();
    private final Map<Class<?>, ObjectReader> readers = new ConcurrentHashMap<>();

    JournalSerializer(LogicalNames names, ContentSeal seal) {
        super(Jackson3Serializer.builder().jsonMapperBuilderCustomizer(mapper -> customize(mapper, seal)));
        this.names = names;
        this.contents = new SealedContents(seal);
    }

    private static void customize(JsonMapper.Builder mapper, ContentSeal seal) {
        var lowerCase = new SimpleModule("lower-case enums");
        lowerCase.addSerializer(new EnumName(false));
        lowerCase.addKeySerializer(Enum.class, new EnumName(true));
        mapper.addModule(lowerCase)
                .addModule(ContentSerializers.module(seal))
                .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .changeDefaultVisibility(visible -> visible.withVisibility(PropertyAccessor.FIELD, Visibility.ANY)
                        .withVisibility(PropertyAccessor.GETTER, Visibility.NONE)
                        .withVisibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
                        .withVisibility(PropertyAccessor.SETTER, Visibility.NONE))
                // Only a token inside a token says its class: a replay remembers where it began.
                .polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder()
                        .allowIfSubType(TrackingToken.class)
                        .build());
    }

    /** Stored JSON of this tenant with what is sealed in it opened, as events are understood. */
    byte[] readable(TenantId tenant, byte[] stored) {
        return LongWork.isOver(stored.length)
                ? LongWork.of(tenant, () -> contents.readable(tenant, stored))
                : contents.readable(tenant, stored);
    }

    /** The same as people are shown it. */
    byte[] shown(TenantId tenant, byte[] stored) {
        return LongWork.isOver(stored.length)
                ? LongWork.of(tenant, () -> contents.shown(tenant, stored))
                : contents.shown(tenant, stored);
    }

    /** A message's payload as this tenant's journal stores it, its contents sealed. */
    SerializedObject<byte[]> sealed(TenantId tenant, Message<?> message) {
        return ContentSerializers.of(tenant, () -> message.serializePayload(this, byte[].class));
    }

    /** Whether a type has a name to be journaled under. */
    boolean journals(Class<?> type) {
        return names.nameOf(type).isPresent();
    }

    /** Every type that has one. */
    Collection<Class<?>> journaledTypes() {
        return names.types();
    }

    @Override
    @SuppressWarnings("rawtypes")
    public SerializedType typeForClass(@Nullable Class type) {
        return type == null ? SerializedType.emptyType() : types.computeIfAbsent(type, this::named);
    }

    private SerializedType named(Class<?> type) {
        SerializedType byClass = super.typeForClass(type);
        return names.nameOf(type)
                .<SerializedType>map(name -> new SimpleSerializedType(name, byClass.getRevision()))
                .orElse(byClass);
    }

    /** Stored names stand for listed types only; of Java names, Axon's own are followed and no others. */
    @Override
    public Class<?> classForType(SerializedType type) {
        var known = names.typeOf(type.getName());
        if (known.isPresent()) {
            return known.get();
        }
        boolean readable = SerializedType.emptyType().equals(type)
                || type.getName().startsWith("org.axonframework.")
                || type.getName().startsWith("tools.jackson.databind.");
        return readable ? super.classForType(type) : UnknownSerializedType.class;
    }

    @Override
    protected ObjectReader getReader(Class<?> type) {
        return readers.computeIfAbsent(type, super::getReader);
    }

    /** As a value, or as the key of a map. */
    @SuppressWarnings("rawtypes")
    private static final class EnumName extends StdSerializer<Enum> {

        private final boolean key;

        EnumName(boolean key) {
            super(Enum.class);
            this.key = key;
        }

        @Override
        public void serialize(Enum value, JsonGenerator json, SerializationContext context) {
            String name = value.name().toLowerCase(Locale.ROOT);
            if (key) {
                json.writeName(name);
            } else {
                json.writeString(name);
            }
        }
    }
}
