package platform;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tenancy.ContentSeal;
import tenancy.ContentSeal.Opened;
import tenancy.TenantId;

/** Gives other tenants the stream of one that really acted, with its contents sealed as each one's own. */
final class CopiedStreams {

    private static final String COPY = """
        insert into journal.event (tenant_id, tenant_seq, aggregate_identifier, sequence_number, type, event_identifier,
            time_stamp, payload_type, payload_revision, agent_id, run_id, payload, meta_data)
        select %1$s, %2$s, replace(e.aggregate_identifier, ?, %1$s) || %3$s, e.sequence_number, e.type,
            gen_random_uuid()::text, e.time_stamp, %4$s, e.payload_revision, e.agent_id, e.run_id,
            convert_to(case when e.payload_type in ('key_issued', 'key_revoked')
                then regexp_replace(convert_from(e.payload, 'UTF8'), '"key":"', '"key":"' || n || '_')
                else convert_from(e.payload, 'UTF8') end, 'UTF8'),
            convert_to(replace(convert_from(e.meta_data, 'UTF8'), '"' || ? || '"', '"' || %1$s || '"'), 'UTF8')
        from journal.event e, generate_series(1, ?) as n where e.tenant_id = ?
        order by n, e.tenant_seq\
        """;
    private static final Pattern SEALED =
            Pattern.compile("\\{\"\\$sealed\":1,\"period\":\"([^\"]*)\",\"(text|object|list)\":\"([^\"]*)\"}");

    private final JdbcTemplate owner;
    private final ContentSeal seal;
    private final TenantId model;

    private CopiedStreams(JdbcTemplate owner, ContentSeal seal, TenantId model) {
        this.owner = owner;
        this.seal = seal;
        this.model = model;
    }

    static CopiedStreams of(ApplicationContext context, String model) {
        Environment environment = context.getEnvironment();
        var owner = new JdbcTemplate(new DriverManagerDataSource(
                environment.getRequiredProperty("spring.datasource.url"),
                environment.getRequiredProperty("spring.datasource.username"),
                environment.getRequiredProperty("spring.datasource.password")));
        return new CopiedStreams(owner, context.getBean(ContentSeal.class), new TenantId(model));
    }

    /** To tenants {@code copy_1} and so on, as their journals. */
    void toTenants(int copies) {
        copy(COPY.formatted("'copy_' || n", "e.tenant_seq", "''", "e.payload_type"), copies);
        owner.execute("alter table journal.event disable trigger user");
        for (int n = 1; n <= copies; n++) {
            sealAnew(new TenantId("copy_" + n));
        }
        owner.execute("alter table journal.event enable trigger user");
    }

    /** Makes its own journal longer, so many times, by entries that no projection reads. */
    void toItself(int copies) {
        long length = Objects.requireNonNull(owner.queryForObject(
                "select max(tenant_seq) from journal.event where tenant_id = ?", Long.class, model.value()));
        copy(
                COPY.formatted(
                        "'%s'".formatted(model),
                        "%d * n + e.tenant_seq".formatted(length),
                        "'_' || n",
                        "'tenant_read'"),
                copies);
    }

    private void copy(String statement, int copies) {
        owner.update(statement, model.value(), model.value(), copies, model.value());
    }

    private void sealAnew(TenantId tenant) {
        var changed = owner.query(
                "select tenant_seq, convert_from(payload, 'UTF8') from journal.event"
                        + " where tenant_id = ? and position('{\"$sealed\":' in convert_from(payload, 'UTF8')) > 0",
                (row, n) -> new Object[] {
                    SEALED.matcher(row.getString(2))
                            .replaceAll(part -> Matcher.quoteReplacement(sealedAnew(tenant, part)))
                            .getBytes(StandardCharsets.UTF_8),
                    tenant.value(),
                    row.getLong(1)
                },
                tenant.value());
        owner.batchUpdate("update journal.event set payload = ? where tenant_id = ? and tenant_seq = ?", changed);
    }

    private String sealedAnew(TenantId tenant, MatchResult part) {
        byte[] sealed = Base64.getDecoder().decode(part.group(3));
        if (!(seal.open(model, part.group(1), sealed) instanceof Opened.Plain plain)) {
            throw new IllegalStateException("The model's contents cannot be opened");
        }
        var anew = seal.seal(tenant, plain.bytes()).orElseThrow();
        return "{\"$sealed\":1,\"period\":\"%s\",\"%s\":\"%s\"}"
                .formatted(anew.period(), part.group(2), Base64.getEncoder().encodeToString(anew.bytes()));
    }
}
