package quota;

import org.springframework.data.repository.Repository;

/** The tenant's overrides, for queries; row-level security shows no others. */
interface OverrideRows extends Repository<OverrideRow, OverrideRow.Key> {

    OverrideRow save(OverrideRow row);

    void deleteById(OverrideRow.Key key);
}
