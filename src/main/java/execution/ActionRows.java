package execution;

import org.springframework.data.jpa.repository.JpaSpecificationExecutor;
import org.springframework.data.repository.Repository;

/** Reads of {@link ActionRow}; used inside a tenant's transaction only. */
interface ActionRows extends Repository<ActionRow, ActionRow.Key>, JpaSpecificationExecutor<ActionRow> {}
