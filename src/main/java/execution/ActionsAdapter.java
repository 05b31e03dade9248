package execution;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.MethodParameter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.HandlerMethodReturnValueHandler;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.HandlerAdapter;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import tenancy.Caller;
import tenancy.LongWork;
import tenancy.TenantContext;
import tenancy.TenantId;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Calls {@link ActionsEndpoint#submit}, which is called more than all else together, without finding out at each request
 * anew how a body is read and an answer written. Everything around the call stays as it is: filters, security, routes,
 * interceptors, and what becomes of an exception. A request that is not sent as all are is left to Spring MVC.
 */
@Component
class ActionsAdapter implements HandlerAdapter, Ordered {

    private static final String SUBMIT = "submit";
    private static final String WAIT = "wait";
    private static final String ANYTHING = "*/*";

    private final ObjectProvider<RequestMappingHandlerAdapter> ordinary;
    private final ObjectReader reader;
    private final ObjectWriter writer;
    private final Method submit = Arrays.stream(ActionsEndpoint.class.getDeclaredMethods())
            .filter(method -> method.getName().equals(SUBMIT))
            .findFirst()
            .orElseThrow();
    private volatile @Nullable Parts parts;

    ActionsAdapter(ObjectProvider<RequestMappingHandlerAdapter> ordinary, JsonMapper json) {
        this.ordinary = ordinary;
        this.reader = json.readerFor(Envelope.class);
        this.writer = json.writerFor(Answer.class);
    }

    /** Spring MVC's own for this method: who is asking, and answers that are problems. */
    private record Parts(
            MethodParameter contextParameter,
            HandlerMethodArgumentResolver contexts,
            MethodParameter callerParameter,
            HandlerMethodArgumentResolver callers,
            HandlerMethodReturnValueHandler answers) {

        TenantContext context(NativeWebRequest request) throws Exception {
            return (TenantContext) resolved(contexts, contextParameter, request);
        }

        Caller caller(NativeWebRequest request) throws Exception {
            return (Caller) resolved(callers, callerParameter, request);
        }

        private static Object resolved(
                HandlerMethodArgumentResolver resolver, MethodParameter parameter, NativeWebRequest request)
                throws Exception {
            Object value = resolver.resolveArgument(parameter, null, request, null);
            if (value == null) {
                throw new IllegalStateException("Nobody is asking");
            }
            return value;
        }
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public boolean supports(Object handler) {
        return handler instanceof HandlerMethod called && called.getMethod().equals(submit);
    }

    @Override
    public @Nullable ModelAndView handle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws Exception {
        if (!isUsual(request)) {
            return ordinary.getObject().handle(request, response, handler);
        }
        HandlerMethod called = (HandlerMethod) handler;
        Parts known = parts(called);
        var web = new ServletWebRequest(request, response);
        // The bean stands behind its proxy, which asks for the caller's role.
        var endpoint = (ActionsEndpoint) called.createWithResolvedBean().getBean();
        TenantContext context = known.context(web);
        ResponseEntity<?> answer = endpoint.submit(
                context,
                known.caller(web),
                envelope(context.tenant(), request),
                request.getParameter(WAIT),
                request,
                response);
        if (answer.getBody() instanceof Answer progress) {
            write(context.tenant(), answer, progress, response);
        } else {
            known.answers()
                    .handleReturnValue(answer, called.getReturnValueType(answer), new ModelAndViewContainer(), web);
        }
        return null;
    }

    /** Whether it is sent as by the clients that there are: a JSON body of known length, for an answer in JSON. */
    static boolean isUsual(HttpServletRequest request) {
        String accepted = request.getHeader(HttpHeaders.ACCEPT);
        return MediaType.APPLICATION_JSON_VALUE.equals(request.getContentType())
                && request.getContentLengthLong() > 0
                && (accepted == null || accepted.equals(ANYTHING) || accepted.equals(MediaType.APPLICATION_JSON_VALUE))
                && (request.getQueryString() == null || isOne(request.getParameterValues(WAIT)));
    }

    private static boolean isOne(String @Nullable [] values) {
        return values != null && values.length == 1;
    }

    private Envelope envelope(TenantId tenant, HttpServletRequest request) throws IOException {
        Envelope envelope;
        try {
            envelope = LongWork.isOver(request.getContentLengthLong())
                    ? longEnvelope(tenant, request.getInputStream().readAllBytes())
                    : reader.readValue(request.getInputStream());
        } catch (JacksonException unreadable) {
            throw new HttpMessageNotReadableException(
                    "The envelope cannot be read", unreadable, new ServletServerHttpRequest(request));
        }
        if (envelope == null) {
            throw new HttpMessageNotReadableException("The envelope is null", new ServletServerHttpRequest(request));
        }
        return envelope;
    }

    private Envelope longEnvelope(TenantId tenant, byte[] body) {
        return LongWork.of(tenant, () -> reader.readValue(body));
    }

    private void write(TenantId tenant, ResponseEntity<?> answer, Answer body, HttpServletResponse response)
            throws IOException {
        response.setStatus(answer.getStatusCode().value());
        answer.getHeaders().forEach((name, values) -> values.forEach(value -> response.addHeader(name, value)));
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        byte[] json = LongWork.written(tenant, out -> writer.writeValue(out, body));
        response.setContentLength(json.length);
        response.getOutputStream().write(json);
    }

    private Parts parts(HandlerMethod called) {
        Parts known = parts;
        if (known == null) {
            known = found(called);
            parts = known;
        }
        return known;
    }

    private Parts found(HandlerMethod called) {
        RequestMappingHandlerAdapter mvc = ordinary.getObject();
        MethodParameter context = parameter(called, TenantContext.class);
        MethodParameter caller = parameter(called, Caller.class);
        List<HandlerMethodArgumentResolver> resolvers = known(mvc.getArgumentResolvers());
        return new Parts(
                context,
                first(resolvers.stream()
                        .filter(each -> each.supportsParameter(context))
                        .toList()),
                caller,
                first(resolvers.stream()
                        .filter(each -> each.supportsParameter(caller))
                        .toList()),
                first(known(mvc.getReturnValueHandlers()).stream()
                        .filter(each -> each.supportsReturnType(called.getReturnType()))
                        .toList()));
    }

    private static MethodParameter parameter(HandlerMethod called, Class<?> type) {
        return first(Arrays.stream(called.getMethodParameters())
                .filter(each -> each.getParameterType() == type)
                .toList());
    }

    private static <T> List<T> known(@Nullable List<T> configured) {
        return configured == null ? List.of() : configured;
    }

    private static <T> T first(List<T> found) {
        return found.getFirst();
    }
}
