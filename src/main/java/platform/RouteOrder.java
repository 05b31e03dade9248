package platform;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.webmvc.actuate.endpoint.web.AbstractWebMvcEndpointHandlerMapping;
import org.springframework.stereotype.Component;

/**
 * What is asked for most is looked for first: else each request of the API is compared with every address of the platform's
 * health and metrics before.
 */
@Component
class RouteOrder implements BeanPostProcessor {

    private static final int AFTER_THE_API = 1;

    @Override
    public Object postProcessBeforeInitialization(Object bean, String name) {
        if (bean instanceof AbstractWebMvcEndpointHandlerMapping ofActuator) {
            ofActuator.setOrder(AFTER_THE_API);
        }
        return bean;
    }
}
