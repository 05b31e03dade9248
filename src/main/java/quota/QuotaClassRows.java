package quota;

import org.springframework.data.repository.Repository;

/** The fleet's quota classes, for queries. */
interface QuotaClassRows extends Repository<QuotaClassRow, QuotaClassRow.Key> {

    QuotaClassRow save(QuotaClassRow row);
}
