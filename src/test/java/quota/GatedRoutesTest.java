package quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.handler.MappedInterceptor;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;
import platform.PlatformTest;

/**
 * What may be as large as requests passes a gate, and so does what may go through all that a tenant has; what shows how things
 * stand, and what stays open, does not.
 */
@PlatformTest
class GatedRoutesTest {

    @Autowired
    @Qualifier("requestMappingHandlerMapping")
    private RequestMappingHandlerMapping routes;

    @ParameterizedTest
    @CsvSource({
        "/v1/journal,journal_reads",
        "/v1/journal:export,journal_reads",
        "/v1/journal:replay,journal_reads",
        "/v1/runs/wr_1/replay,journal_reads",
        "/v1/actions/act_1,action_reads",
        "/v1/approvals/act_1,action_reads",
        "/v1/journal:tail,",
        "/v1/actions,list_reads",
        "/v1/runs,list_reads",
        "/v1/approvals,list_reads",
        "/v1/rollbacks,list_reads",
        "/v1/usage,list_reads",
        "/v1/decisions,list_reads",
        "/v1/incidents/inc_1/report,list_reads",
        "/v1/containment,",
        "/v1/keys,",
        "/v1/runs/wr_1,",
    })
    void what_may_be_large_passes_its_gate(String path, @Nullable String limit) throws Exception {
        var request = new MockHttpServletRequest("GET", path);
        request.addHeader(HttpHeaders.ACCEPT, MediaType.ALL_VALUE);
        ServletRequestPathUtils.parseAndCache(request);

        HandlerInterceptor[] passed =
                Objects.requireNonNull(routes.getHandler(request)).getInterceptors();

        assertThat(Arrays.stream(passed)
                        .map(each -> each instanceof MappedInterceptor mapped ? mapped.getInterceptor() : each)
                        .filter(ReadGate.class::isInstance)
                        .map(each -> ((ReadGate) each).limit()))
                .containsExactlyElementsOf(Stream.ofNullable(limit).toList());
    }
}
