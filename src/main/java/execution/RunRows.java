package execution;

import java.util.Optional;
import org.springframework.data.jpa.repository.JpaSpecificationExecutor;
import org.springframework.data.repository.Repository;

/** Reads of {@link RunRow}; used inside a tenant's transaction only. */
interface RunRows extends Repository<RunRow, RunRow.Key>, JpaSpecificationExecutor<RunRow> {

    Optional<RunRow> findById(RunRow.Key key);
}
