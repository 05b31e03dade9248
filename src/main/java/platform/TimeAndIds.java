package platform;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import java.time.Clock;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Time and ids, made in one place so that tests can replace them. */
@Configuration(proxyBeanMethods = false)
class TimeAndIds {

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    /** UUID v7: ordered by time, so that indexes grow at their end. */
    @Bean
    Supplier<UUID> ids() {
        NoArgGenerator generator = Generators.timeBasedEpochGenerator();
        return generator::generate;
    }
}
