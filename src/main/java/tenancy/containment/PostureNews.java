package tenancy.containment;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import tenancy.ContainedWork;
import tenancy.TenantId;
import tenancy.containment.KnownPostures.Standing;

/** Tells whatever works on this node that a tenant's postures are others than before. */
@Component
class PostureNews {

    private static final Logger LOG = LoggerFactory.getLogger(PostureNews.class);

    private final KnownPostures known;
    private final ObjectProvider<ContainedWork> work;

    PostureNews(KnownPostures known, ObjectProvider<ContainedWork> work) {
        this.known = known;
        this.work = work;
    }

    /** What cannot act on it keeps nobody else from it: nothing of the scope starts in any case. */
    void tell(TenantId tenant, Standing standing) {
        if (standing.epoch() == known.of(tenant).epoch()) {
            return;
        }
        known.know(tenant, standing);
        for (ContainedWork reached : all()) {
            try {
                reached.changed(tenant);
            } catch (RuntimeException failed) {
                LOG.error("What is contained of {} could not be told of it", tenant, failed);
            }
        }
    }

    List<ContainedWork> all() {
        return work.orderedStream().toList();
    }
}
