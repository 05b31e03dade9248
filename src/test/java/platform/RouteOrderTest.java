package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.webmvc.actuate.endpoint.web.AbstractWebMvcEndpointHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

@PlatformTest
class RouteOrderTest {

    private final RequestMappingHandlerMapping ofApi;
    private final List<AbstractWebMvcEndpointHandlerMapping> ofActuator;

    @Autowired
    RouteOrderTest(
            @Qualifier("requestMappingHandlerMapping") RequestMappingHandlerMapping ofApi,
            List<AbstractWebMvcEndpointHandlerMapping> ofActuator) {
        this.ofApi = ofApi;
        this.ofActuator = ofActuator;
    }

    @Test
    void no_request_of_the_api_is_compared_with_the_addresses_of_the_actuator() {
        assertThat(ofActuator).isNotEmpty();
        assertThat(ofActuator)
                .allSatisfy(mapping -> assertThat(mapping.getOrder()).isGreaterThan(ofApi.getOrder()));
    }
}
