package journal;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import journal.SealedContents.Kind;
import tenancy.Content;
import tenancy.ContentSeal.Sealed;
import tenancy.ContentSeal;
import tenancy.LongWork;
import tenancy.TenantId;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.std.StdSerializer;

/** Writes what is marked as {@link Content} sealed, in the form that {@link SealedContents} reads. */
final class ContentSerializers extends ValueSerializerModifier {

    private static final long serialVersionUID = 1;
    private static final JsonMapper PLAIN = JsonMapper.builder().build();
    private static final ScopedValue<TenantId> OF = ScopedValue.newInstance();

    private final transient ContentSeal seal;

    private ContentSerializers(ContentSeal seal) {
        this.seal = seal;
    }

    static SimpleModule module(ContentSeal seal) {
        var module = new SimpleModule("sealed contents");
        module.setSerializerModifier(new ContentSerializers(seal));
        return module;
    }

    /** Whatever this writes down is the tenant's. */
    static <T> T of(TenantId tenant, Supplier<T> writing) {
        return ScopedValue.where(OF, tenant).call(writing::get);
    }

    @Override
    @SuppressWarnings("unchecked") // a property's serializer takes whatever the property has
    public List<BeanPropertyWriter> changeProperties(
            SerializationConfig config, BeanDescription.Supplier described, List<BeanPropertyWriter> properties) {
        for (BeanPropertyWriter property : properties) {
            if (property.getAnnotation(Content.class) != null) {
                Kind kind = SealedContents.kindOf(property.getType().getRawClass());
                property.assignSerializer(new SealedValue(kind, seal));
            }
        }
        return properties;
    }

    private static final class SealedValue extends StdSerializer<Object> {

        private final Kind kind;
        private final ContentSeal seal;

        SealedValue(Kind kind, ContentSeal seal) {
            super(Object.class);
            this.kind = kind;
            this.seal = seal;
        }

        @Override
        public void serialize(Object value, JsonGenerator json, SerializationContext context) {
            byte[] plain = value instanceof String text
                    ? text.getBytes(StandardCharsets.UTF_8)
                    : PLAIN.writeValueAsBytes(value);
            TenantId tenant = OF.get();
            Optional<Sealed> sealed = LongWork.isOver(plain.length)
                    ? LongWork.of(tenant, () -> seal.seal(tenant, plain))
                    : seal.seal(tenant, plain);
            if (sealed.isEmpty()) {
                json.writeRawValue(new String(kind.gone(), StandardCharsets.UTF_8));
                return;
            }
            json.writeStartObject();
            json.writeNumberProperty(SealedContents.MARK, SealedContents.FORM);
            json.writeStringProperty(SealedContents.PERIOD, sealed.get().period());
            json.writeStringProperty(
                    kind.word(), Base64.getEncoder().encodeToString(sealed.get().bytes()));
            json.writeEndObject();
        }
    }
}
