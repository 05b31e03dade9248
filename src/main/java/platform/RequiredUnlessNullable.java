package platform;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Executable;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.Version;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedParameter;

/**
 * A record's component that is not {@code @Nullable} must be there: what the compiler believes of our own code holds for
 * what others send, too.
 */
class RequiredUnlessNullable extends AnnotationIntrospector {

    private static final JsonSetter.Value MUST_BE_THERE = JsonSetter.Value.forValueNulls(Nulls.FAIL);

    @Override
    public Version version() {
        return Version.unknownVersion();
    }

    @Override
    public JsonSetter.@Nullable Value findSetterInfo(MapperConfig<?> config, Annotated annotated) {
        return annotated instanceof AnnotatedParameter parameter && isOurs(parameter) && !isNullable(parameter)
                ? MUST_BE_THERE
                : null;
    }

    private static boolean isOurs(AnnotatedParameter parameter) {
        Class<?> type = parameter.getDeclaringClass();
        return type.isRecord() && type.getPackage().isAnnotationPresent(NullMarked.class);
    }

    private static boolean isNullable(AnnotatedParameter parameter) {
        var creator = (Executable) parameter.getOwner().getAnnotated();
        AnnotatedType type = creator.getAnnotatedParameterTypes()[parameter.getIndex()];
        return type.isAnnotationPresent(Nullable.class);
    }
}
