package execution.gateway;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.stereotype.Component;

/**
 * Keeps the HTTP client from logging what it sends: these two loggers would write out every header, credentials
 * included. No setting can switch them on.
 */
@Component
class QuietClient {

    static final String HEADERS = "org.apache.hc.client5.http.headers";
    static final String WIRE = "org.apache.hc.client5.http.wire";

    QuietClient(LoggingSystem logging) {
        logging.setLogLevel(HEADERS, LogLevel.OFF);
        logging.setLogLevel(WIRE, LogLevel.OFF);
    }
}
