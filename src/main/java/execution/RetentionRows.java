package execution;

import org.springframework.data.repository.Repository;

/** At most one row a tenant; row-level security shows no others. */
interface RetentionRows extends Repository<RetentionRow, String> {

    RetentionRow save(RetentionRow row);

    void deleteById(String tenant);
}
