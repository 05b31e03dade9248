package journal;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import journal.RebuildLog.Rebuild;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tenancy.Attempts;
import tenancy.Caller;
import tenancy.RebuiltTables;
import tenancy.TenantContext;

/** Projections over HTTP: how far behind the journal each is, and making one again from the journal. */
@RestController
@RequestMapping("/v1/projections")
class ProjectionsEndpoint {

    private final Rebuilds rebuilds;
    private final Shadowed shadowed;
    private final RebuildLog history;
    private final ProjectionLag lag;
    private final Attempts attempts;

    ProjectionsEndpoint(
            Rebuilds rebuilds, Shadowed shadowed, RebuildLog history, ProjectionLag lag, Attempts attempts) {
        this.rebuilds = rebuilds;
        this.shadowed = shadowed;
        this.history = history;
        this.lag = lag;
        this.attempts = attempts;
    }

    /** When the rows of a projection are written. */
    enum Written {
        WITH_EVENTS,
        BEHIND_EVENTS
    }

    /**
     * One projection.
     *
     * @param lag events that it has not seen; 0 where rows are committed with their events
     * @param rebuild the last one; absent if there was none
     */
    record ProjectionView(
            String name,
            Set<String> tables,
            Written written,
            long lag,
            @Nullable Rebuild rebuild) {}

    /** All projections. */
    record ProjectionViews(List<ProjectionView> items) {}

    /** Every projection, how far behind it is, and how its last rebuild went. */
    @GetMapping
    @PreAuthorize("hasRole('OPERATOR')")
    ProjectionViews list() {
        Map<String, ProjectionLag.Behind> behind = lag.now();
        Map<String, Rebuild> last = history.all();
        return new ProjectionViews(rebuilds.projections().stream()
                .map(each -> view(each, behind, last.get(each.name())))
                .toList());
    }

    /** One projection. */
    @GetMapping("/{projection}")
    @PreAuthorize("hasRole('OPERATOR')")
    ProjectionView read(@PathVariable String projection) {
        return view(
                rebuilds.projection(projection),
                lag.now(),
                history.last(projection).orElse(null));
    }

    /**
     * Makes it again from the journal, beside the one that serves; answers at once. A table's digest before and after shows
     * whether it was as the journal says.
     */
    @PostMapping("/{projection}:rebuild")
    @PreAuthorize("hasRole('OPERATOR')")
    ResponseEntity<ProjectionView> rebuild(TenantContext context, Caller caller, @PathVariable String projection) {
        RebuiltTables known = rebuilds.projection(projection);
        attempts.accessed(context, caller.role(), "POST", "/v1/projections/{projection}:rebuild");
        rebuilds.begin(known.name(), caller.principal());
        return ResponseEntity.accepted()
                .location(URI.create("/v1/projections/" + known.name()))
                .body(read(known.name()));
    }

    private ProjectionView view(
            RebuiltTables projection, Map<String, ProjectionLag.Behind> behind, @Nullable Rebuild last) {
        boolean follows = shadowed.follows(projection);
        ProjectionLag.Behind of = behind.get(projection.name());
        return new ProjectionView(
                projection.name(),
                new TreeSet<>(projection.tables()),
                follows ? Written.BEHIND_EVENTS : Written.WITH_EVENTS,
                follows && of != null ? of.events() : 0,
                last);
    }
}
