package tenancy;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a part of an event, or of a snapshot, that holds what a tenant's agents sent or got: texts, maps and lists. The
 * journal stores it sealed with {@link ContentSeal}. Once its key is destroyed, a text reads as {@code null} and a map or
 * list as empty, so that a marked text has to be nullable.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD})
public @interface Content {}
