package platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;

/** One server a JVM, one empty database an application context. */
public class TestDatabase implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final AtomicInteger databases = new AtomicInteger();

    /** Started by the first test that needs it; the class loader's lock makes it one. */
    private static final class Server {
        static final EmbeddedPostgres postgres = start();

        private static EmbeddedPostgres start() {
            // Forks and runs in an editor beside a build: a directory each, and only the unpacked server is kept.
            Path directory = Path.of("target", "postgres");
            try {
                FileSystemUtils.deleteRecursively(directory.resolve("data"));
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
            var postgres = EmbeddedPostgres.start(directory, 0);
            // After the contexts: without their database they would wait until they give up, one after another.
            SpringApplication.getShutdownHandlers().add(postgres::close);
            return postgres;
        }
    }

    /** The owner's login to a new, empty database. */
    static DatabaseOwner empty() {
        return Server.postgres.owner("test_" + databases.incrementAndGet());
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        DatabaseOwner owner = empty();
        TestPropertyValues.of(
                        "firebreak.sealing.file=target/sealing/%d.json".formatted(databases.get()),
                        "spring.datasource.url=" + owner.url(),
                        "spring.datasource.username=" + owner.user(),
                        "spring.datasource.password=" + owner.password())
                .applyTo(context);
    }
}
