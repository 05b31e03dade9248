package platform;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** Looks for secrets in every recorded span, and in all meters once the platform stops. */
@TestConfiguration(proxyBeanMethods = false)
class WatchedTelemetry {

    @Bean
    SpanProcessor watchedSpans() {
        return new SpanProcessor() {

            @Override
            public void onStart(Context parent, ReadWriteSpan span) {}

            @Override
            public boolean isStartRequired() {
                return false;
            }

            @Override
            public void onEnd(ReadableSpan span) {
                Canaries.watch("a span", span.toSpanData().toString());
            }

            @Override
            public boolean isEndRequired() {
                return true;
            }
        };
    }

    @Bean
    DisposableBean watchedMeters(MeterRegistry meters) {
        return () -> meters.getMeters()
                .forEach(meter -> Canaries.watch("a meter", meter.getId().toString()));
    }
}
