package platform;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;

/**
 * The whole platform over a real PostgreSQL, on a port of its own. All tests of a run share one server; each application
 * context has an empty database in it. Tests keep apart by using a tenant of their own.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@SpringBootTest(
        classes = AgentPlatform.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"firebreak.demo.enabled=false", "spring.main.banner-mode=off"})
@ContextConfiguration(initializers = TestDatabase.class)
@Import({Given.class, WatchedTelemetry.class})
public @interface PlatformTest {}
