package execution;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import tenancy.ActionId;
import tenancy.Caller;
import tenancy.InvalidField;
import tenancy.TenantContext;

/** An action's tool as it speaks, over HTTP. */
@RestController
class ActionStreamEndpoint {

    private final ActionStreams streams;

    ActionStreamEndpoint(ActionStreams streams) {
        this.streams = streams;
    }

    /**
     * Follows what the action's tool sends as server-sent events, as it comes, from its first event; {@code id} counts
     * from 1, so a client that reconnects with {@code Last-Event-ID} misses nothing. The last event is
     * {@code firebreak.ended} with the action's answer. A client that reads too slowly is dropped; the action goes on.
     */
    @GetMapping("/v1/actions/{action}/stream")
    @PreAuthorize("hasAnyRole('AGENT','TENANT_ADMIN','AUDITOR','ANALYST','OPERATOR')")
    void stream(
            TenantContext context,
            Caller caller,
            @PathVariable String action,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable Integer lastEventId,
            HttpServletResponse response)
            throws IOException, InterruptedException {
        int seen = lastEventId == null ? 0 : lastEventId;
        if (seen < 0) {
            throw new InvalidField("/Last-Event-ID", "range", "must be the id of an event of this stream");
        }
        streams.follow(caller, new ActionId(context.tenant(), action), seen, response);
    }
}
