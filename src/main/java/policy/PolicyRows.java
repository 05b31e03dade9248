package policy;

import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The tenant's policy versions; row-level security shows no others. */
interface PolicyRows extends Repository<PolicyRow, PolicyRow.Key> {

    PolicyRow save(PolicyRow row);

    Optional<PolicyRow> findById(PolicyRow.Key key);

    /** The version in force of each profile after this one, by name. */
    @Query("""
        select r from PolicyRow r
        where r.key.tenantId = :tenant and r.key.profile > :after
          and r.key.version = (select max(s.key.version) from PolicyRow s
                               where s.key.tenantId = r.key.tenantId and s.key.profile = r.key.profile
                                 and s.mode = 'enforced')
        order by r.key.profile\
        """)
    List<PolicyRow> newest(String tenant, String after, Limit limit);

    /** Versions of one profile before this one, newest first. */
    @Query("""
        select r from PolicyRow r
        where r.key.tenantId = :tenant and r.key.profile = :profile and r.key.version < :before
        order by r.key.version desc\
        """)
    List<PolicyRow> versions(String tenant, String profile, long before, Limit limit);
}
