package tenancy.credentials;

import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tenancy.ContainedWork;
import tenancy.KeyId;
import tenancy.Keys;
import tenancy.Posture;
import tenancy.TenantId;

/** Revokes the keys of agents that are killed. Those of people stay: somebody has to be able to look, and to release. */
@Component
class ContainedKeys implements ContainedWork {

    private static final String KIND = "key";

    private static final String OF_AGENTS = """
        select key from tenancy.api_key where tenant_id = ? and role = 'agent' and agent = any (?)
            and revoked_at is null order by key limit ?\
        """;

    private final Keys keys;
    private final JdbcTemplate everyTenant;

    ContainedKeys(Keys keys, @Qualifier("systemDataSource") DataSource everyTenant) {
        this.keys = keys;
        this.everyTenant = new JdbcTemplate(everyTenant);
    }

    @Override
    public void changed(TenantId tenant) {
        // Keys are revoked once, by whoever kills.
    }

    @Override
    public List<Reached> reaches(Containment asked, int most) {
        return asked.posture() == Posture.KILLED
                ? inForce(asked, most).stream()
                        .map(key -> new Reached(KIND, key, Fate.REVOKED))
                        .toList()
                : List.of();
    }

    @Override
    public List<Reached> stop(Containment containment, List<Reached> soFar) {
        if (containment.posture() != Posture.KILLED || !soFar.isEmpty()) {
            return List.of();
        }
        List<Reached> revoked = new ArrayList<>();
        for (String key : inForce(containment, Integer.MAX_VALUE)) {
            keys.revoke(containment.context(), new KeyId(containment.tenant(), key));
            revoked.add(new Reached(KIND, key, Fate.REVOKED));
        }
        return revoked;
    }

    private List<String> inForce(Containment containment, int most) {
        return everyTenant.query(
                OF_AGENTS,
                (row, number) -> row.getString("key"),
                containment.tenant().value(),
                containment.agents().toArray(String[]::new),
                most);
    }
}
