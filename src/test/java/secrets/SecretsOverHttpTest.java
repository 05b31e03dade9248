package secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.JdbcTemplate;
import platform.Given;
import platform.PlatformTest;
import platform.TestClient;
import platform.TestClient.Answer;
import secrets.Credentials.Purpose;
import secrets.Leases.Answer.Issued;
import secrets.Leases.Answer.Refused;
import secrets.LanedLeases.AskForLease;
import tenancy.ActionId;
import tenancy.TenantCommands;
import tenancy.TenantId;
import tenancy.TenantTransactions;
import tools.jackson.databind.JsonNode;

/** Secrets from end to end: added over HTTP, leased in the lane, used, rotated, revoked, and asked about. */
@PlatformTest
class SecretsOverHttpTest {

    private static final String GRANT_ALL = "{\"operations\":[\"*\"]}";

    private final Given given;
    private final TenantCommands commands;
    private final Credentials credentials;
    private final LeaseReports reports;
    private final SealedValues values;
    private final UncollectedTokens uncollected;
    private final OldSecrets old;
    private final FenceWatch watch;
    private final UsesUnderWay underWay;
    private final Clock clock;
    private final Supplier<UUID> ids;
    private final TenantTransactions transactions;
    private final JdbcTemplate ofTenant;
    private final JdbcTemplate everyTenant;

    @Autowired
    SecretsOverHttpTest(
            Given given,
            TenantCommands commands,
            Credentials credentials,
            LeaseReports reports,
            SealedValues values,
            UncollectedTokens uncollected,
            OldSecrets old,
            FenceWatch watch,
            UsesUnderWay underWay,
            Clock clock,
            Supplier<UUID> ids,
            TenantTransactions transactions,
            JdbcTemplate ofTenant,
            @Qualifier("systemDataSource") DataSource everyTenant) {
        this.given = given;
        this.commands = commands;
        this.credentials = credentials;
        this.reports = reports;
        this.values = values;
        this.uncollected = uncollected;
        this.old = old;
        this.watch = watch;
        this.underWay = underWay;
        this.clock = clock;
        this.ids = ids;
        this.transactions = transactions;
        this.ofTenant = ofTenant;
        this.everyTenant = new JdbcTemplate(everyTenant);
    }

    @Test
    void goes_from_the_admins_hand_to_the_use_and_is_seen_nowhere_else() {
        var acme = given.customer();
        String value = planted();
        List<String> shown = new ArrayList<>();
        shown.add(secret(acme.admin(), "zd", "zendesk", "mutate", value).body());
        shown.add(acme.admin().get("/v1/secrets/zd").expect(200).body());
        shown.add(acme.auditor().get("/v1/secrets").expect(200).body());
        shown.add(grant(acme.admin(), "zd", GRANT_ALL).body());
        Lease lease = lent(asked(acme.tenant()));

        try (Use use = credentials.use(lease, Requests.purpose(lease), () -> {})) {
            assertThat(use.credential())
                    .isInstanceOfSatisfying(
                            Credential.Token.class,
                            token -> assertThat(token.value().reveal()).isEqualTo(value));
            shown.add(use + "" + use.credential() + use.secrets() + lease);
            assertThat(use.leaves()).isTrue();
            use.answered();
        }
        reports.flush();

        shown.add(acme.admin().get("/v1/secrets/zd/exposure").expect(200).body());
        acme.agent().get("/v1/secrets").expect(403);
        acme.analyst().get("/v1/secrets/zd").expect(403);
        acme.auditor().delete("/v1/secrets/zd").expect(403);
        shown.addAll(journal(acme.tenant(), "%"));
        shown.addAll(everyTenant.queryForList("select meta_data::text from journal.event", String.class));
        assertThat(shown)
                .allSatisfy(text -> assertThat(text)
                        .doesNotContain(
                                value, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
        assertThat(journal(acme.tenant(), "secret_version_added").getFirst()).contains("\"digest\":\"");
        assertThat(journal(acme.tenant(), "lease_issued")).hasSize(1);
        assertThat(journal(acme.tenant(), "leases_ended").getFirst()).contains("answered");
    }

    @Test
    void refuses_values_that_cannot_be_by_their_field_and_never_repeats_them() {
        var acme = given.customer();
        String value = planted();
        String before = "{\"secret_id\":\"zd\",\"system\":\"zendesk\",\"mode\":\"read\",\"value\":";
        List<List<String>> wrong = List.of(
                List.of("{\"type\":\"api_key\",\"value\":\"%s\\nX-Injected: 1\"}", "/value/value"),
                List.of("{\"type\":\"api_key\",\"value\":\"%s with spaces\"}", "/value/value"),
                List.of("{\"type\":\"api_key\",\"value\":[\"%s\"]}", "/value/value"),
                List.of("{\"type\":\"api_key\",\"value\":\"ok\",\"password\":\"%s\"}", "/value/password"),
                List.of("{\"type\":\"basic\",\"user\":\"a:b\",\"password\":\"%s\"}", "/value/user"),
                List.of("{\"type\":\"%s\",\"value\":\"ok\"}", "/value/type"),
                List.of("{\"type\":\"basic\",\"password\":\"%s\"}", "/value/user"),
                List.of(
                        "{\"type\":\"client_credentials\",\"client_id\":\"a\",\"client_secret\":\"%s\","
                                + "\"token_endpoint\":\"http://login.example.com/token\"}",
                        "/value/token_endpoint"),
                List.of("{\"type\":\"certificate\",\"chain\":\"%s\",\"key\":\"%s\"}", "/value/chain"),
                List.of("{\"type\":\"api_key\",\"value\":\"%s" + "x".repeat(20_000) + "\"}", "/value/value"));
        for (List<String> one : wrong) {
            Answer answer = acme.admin()
                    .post("/v1/secrets", before + one.getFirst().replace("%s", value) + "}")
                    .expect(400);
            assertThat(answer.at("/errors/0/pointer")).as(answer.body()).isEqualTo(one.getLast());
            assertThat(answer.body()).doesNotContain(value);
        }
        acme.admin()
                .post(
                        "/v1/secrets",
                        before + "{\"type\":\"api_key\",\"value\":\"ok\"},\"allow_private_token_endpoint\":true}")
                .expect(403);
        assertThat(journal(acme.tenant(), "%")).noneMatch(text -> text.contains(value));
    }

    @Test
    void rotates_with_overlap_and_retires_by_itself() {
        var acme = given.customer();
        String first = planted();
        String second = planted();
        secret(acme.admin(), "zd", "zendesk", "mutate", first);
        grant(acme.admin(), "zd", GRANT_ALL);
        Lease onFirst = lent(asked(acme.tenant()));

        Answer rotated = acme.admin()
                .post("/v1/secrets/zd/versions", version(second, "PT1H"))
                .expect(201);
        assertThat(rotated.at("/versions/0/state")).isEqualTo("overlapping");
        assertThat(rotated.at("/versions/1/state")).isEqualTo("current");
        Lease onSecond = lent(asked(acme.tenant()));
        assertThat(value(onFirst)).isEqualTo(first);
        assertThat(value(onSecond)).isEqualTo(second);

        String third = planted();
        acme.admin().post("/v1/secrets/zd/versions", version(third, "PT0S")).expect(201);
        assertThat(refused(onSecond, Requests.purpose(onSecond))).isEqualTo("lease_expired");
        assertThat(refused(onFirst, Requests.purpose(onFirst))).isEqualTo("lease_expired");
        old.retire();
        assertThat(refused(onSecond, Requests.purpose(onSecond))).isEqualTo("lease_revoked");
        assertThat(acme.admin().get("/v1/secrets/zd").json().at("/versions")).hasSize(1);
        assertThat(value(lent(asked(acme.tenant())))).isEqualTo(third);
        assertThat(sealed(acme.tenant())).as("what is retired is gone").isEqualTo(1);
        acme.admin().delete("/v1/secrets/zd/versions/3").expect(204);
        assertThat(code(ask(asked(acme.tenant())))).isEqualTo("secret_revoked");
        acme.admin().delete("/v1/secrets/zd").expect(204);
        acme.admin().get("/v1/secrets/zd").expect(404);
        assertThat(sealed(acme.tenant())).isZero();
    }

    @Test
    void an_emergency_revocation_ends_what_is_under_way_and_says_what_became_of_it() {
        var acme = given.customer();
        var other = given.customer();
        for (Given.Customer customer : List.of(acme, other)) {
            secret(customer.admin(), "zd", "zendesk", "mutate", planted());
            grant(customer.admin(), "zd", GRANT_ALL);
        }
        Lease lease = lent(asked(acme.tenant()));
        Lease anothers = lent(asked(other.tenant()));
        List<String> cancelled = new ArrayList<>();
        try (Use running = credentials.use(lease, Requests.purpose(lease), () -> cancelled.add("running"));
                Use waiting = credentials.use(lease, Requests.purpose(lease), () -> cancelled.add("waiting"));
                Use untouched = credentials.use(anothers, Requests.purpose(anothers), () -> cancelled.add("other"))) {
            assertThat(running.leaves()).isTrue();

            Answer revoked = acme.admin()
                    .post("/v1/secrets:revoke", "{\"scope\":\"connector\",\"key\":\"zendesk\",\"reason\":\"leaked\"}")
                    .expect(200);

            assertThat(cancelled).containsExactlyInAnyOrder("running", "waiting");
            assertThat(running.revoked()).isTrue();
            assertThat(waiting.leaves()).isFalse();
            assertThat(untouched.leaves()).isTrue();
            assertThat(revoked.json().at("/uses").findValuesAsString("fate"))
                    .containsExactlyInAnyOrder("unknown", "cancelled");
            assertThat(revoked.json().at("/uses").findValuesAsString("lease_id"))
                    .containsOnly(lease.id());
            assertThat(everyTenant.queryForObject(
                            "select payload_type from journal.event where tenant_id = ? and tenant_seq = ?",
                            String.class,
                            acme.tenant(),
                            Long.valueOf(revoked.at("/journal_sequence"))))
                    .isEqualTo("credentials_revoked");
        }
        assertThat(refused(lease, Requests.purpose(lease))).isEqualTo("lease_revoked");
        assertThat(code(ask(asked(acme.tenant())))).isEqualTo("secret_revoked");
        assertThat(journal(acme.tenant(), "revocation_confirmed")).hasSize(1);

        acme.admin()
                .post("/v1/secrets:reinstate", "{\"scope\":\"connector\",\"key\":\"zendesk\",\"reason\":\"over\"}")
                .expect(204);
        assertThat(refused(lease, Requests.purpose(lease)))
                .as("what was leased before stays revoked")
                .isEqualTo("lease_revoked");
        Lease again = lent(asked(acme.tenant()));
        assertThat(value(again)).isNotEmpty();
        acme.admin()
                .post("/v1/secrets:revoke", "{\"scope\":\"secret\",\"key\":\"zd\",\"reason\":\"leaked\"}")
                .expect(200);
        assertThat(sealed(acme.tenant())).as("a revoked value is gone").isZero();
        assertThat(refused(again, Requests.purpose(again))).isEqualTo("lease_revoked");
        assertThat(acme.admin().get("/v1/secrets/zd").at("/state")).isEqualTo("revoked");
    }

    /** The fence is in the table as another node would have committed it: nothing was told to this one. */
    @Test
    void ends_what_another_node_revoked() throws Exception {
        var acme = given.customer();
        secret(acme.admin(), "zd", "zendesk", "mutate", planted());
        grant(acme.admin(), "zd", GRANT_ALL);
        Lease lease = lent(asked(acme.tenant()));
        List<String> cancelled = new ArrayList<>();
        try (Use use = credentials.use(lease, Requests.purpose(lease), () -> cancelled.add("use"))) {
            BookView unused = commands.ask(
                    asked(acme.tenant()).context(),
                    new SecretCommand.RevokeCredentials(
                            new SecretBookId(new TenantId(acme.tenant())), Scope.AGENT, "triage", "elsewhere"));
            watch.look();
            await(use::revoked);
            assertThat(use.leaves()).isFalse();
        }
        await(() -> !journal(acme.tenant(), "revocation_confirmed").isEmpty());
        assertThat(cancelled).containsExactly("use");
        assertThat(underWay.revoke(new Fence(new TenantId(acme.tenant()), Scope.TENANT, acme.tenant(), 99)))
                .isEmpty();
    }

    /** The connector may have moved since the lease was issued: the host alone is not the place. */
    @Test
    void a_lease_is_not_used_at_another_port_or_scheme_of_its_host() {
        var acme = given.customer();
        secret(acme.admin(), "zd", "zendesk", "mutate", planted());
        grant(acme.admin(), "zd", GRANT_ALL);
        Lease lease = lent(asked(acme.tenant()));
        for (String base : List.of("http://" + Requests.HOST, "https://" + Requests.HOST + ":8443/api")) {
            Purpose moved = Requests.purpose(lease, "wr_1", lease.system(), lease.operation(), lease.mode(), base);
            assertThat(refused(lease, moved)).as(base).isEqualTo("destination_not_bound");
        }
        for (String base :
                List.of("HTTPS://" + Requests.HOST.toUpperCase(Locale.ROOT), "https://" + Requests.HOST + ":443/x")) {
            Purpose same = Requests.purpose(lease, "wr_1", lease.system(), lease.operation(), lease.mode(), base);
            credentials.use(lease, same, () -> {}).close();
        }
        reports.flush();
        assertThat(journal(acme.tenant(), "lease_use_refused").getFirst()).contains("destination_not_bound");
    }

    /** An hour later there is no lease any more that the fence could end. */
    @Test
    void fences_are_swept_when_no_lease_can_be_older_and_what_is_revoked_stays_so() {
        var acme = given.customer();
        secret(acme.admin(), "zd", "zendesk", "mutate", planted());
        grant(acme.admin(), "zd", GRANT_ALL);
        acme.admin()
                .post("/v1/secrets:revoke", "{\"scope\":\"connector\",\"key\":\"zendesk\",\"reason\":\"leaked\"}")
                .expect(200);
        old.clear();
        assertThat(fences(acme.tenant())).isOne();

        later(Duration.ofMinutes(61)).clear();

        assertThat(fences(acme.tenant())).isZero();
        assertThat(code(ask(asked(acme.tenant())))).isEqualTo("secret_revoked");
        Answer again = acme.admin()
                .post("/v1/secrets:revoke", "{\"scope\":\"connector\",\"key\":\"zendesk\",\"reason\":\"leaked\"}")
                .expect(200);
        assertThat(again.at("/fence")).isEqualTo("2");
    }

    private OldSecrets later(Duration by) {
        return new OldSecrets(
                commands,
                values,
                uncollected,
                transactions,
                ofTenant,
                Objects.requireNonNull(everyTenant.getDataSource()),
                Clock.offset(clock, by),
                new SecretsSettings(Duration.ofDays(90)));
    }

    private long fences(String tenant) {
        @Nullable
        Long counted = everyTenant.queryForObject(
                "select count(*) from secrets.fence where tenant_id = ?", Long.class, tenant);
        return counted == null ? 0 : counted;
    }

    @Test
    void tells_what_a_credential_was_used_for() {
        var acme = given.customer();
        secret(acme.admin(), "zd", "zendesk", "mutate", planted());
        grant(acme.admin(), "zd", GRANT_ALL);
        Lease answered = lent(asked(acme.tenant()));
        Instant between = clock.instant();
        Lease unanswered = lent(asked(acme.tenant()).by("another_agent", "support_triage"));
        lent(asked(acme.tenant()));
        try (Use use = credentials.use(answered, Requests.purpose(answered), () -> {})) {
            assertThat(use.leaves()).isTrue();
            use.answered();
        }
        try (Use use = credentials.use(unanswered, Requests.purpose(unanswered), () -> {})) {
            assertThat(use.leaves()).isTrue();
        }
        reports.flush();

        JsonNode all = acme.auditor().get("/v1/secrets/zd/exposure").expect(200).json();
        assertThat(all.at("/items")).hasSize(3);
        assertThat(all.at("/items/0/outcome").asString()).isEqualTo("answered");
        assertThat(all.at("/items/1/outcome").asString()).isEqualTo("unanswered");
        assertThat(all.at("/items/2/outcome").isNull()).isTrue();
        assertThat(all.at("/items/0/destination").asString()).isEqualTo(Requests.HOST);
        assertThat(all.at("/items/0/action_id").asString())
                .isEqualTo(answered.action().key());
        assertThat(all.at("/items/0/workflow_run_id").asString()).isEqualTo("wr_1");
        JsonNode page = acme.auditor()
                .get("/v1/exposure?connector=zendesk&limit=2")
                .expect(200)
                .json();
        assertThat(page.at("/items")).hasSize(2);
        assertThat(acme.auditor()
                        .get("/v1/exposure?connector=zendesk&limit=2&cursor="
                                + page.at("/next_cursor").asString())
                        .json()
                        .at("/items"))
                .hasSize(1);
        assertThat(acme.auditor()
                        .get("/v1/exposure?agent=another_agent&since=" + between)
                        .json()
                        .at("/items"))
                .hasSize(1);
        assertThat(acme.auditor()
                        .get("/v1/secrets/zd/exposure?since=" + between)
                        .json()
                        .at("/items"))
                .hasSize(2);
        acme.auditor().get("/v1/exposure").expect(400);
        acme.agent().get("/v1/exposure?agent=triage").expect(403);
    }

    @Test
    void opens_nothing_that_was_changed_where_it_is_stored() {
        var acme = given.customer();
        secret(acme.admin(), "zd", "zendesk", "mutate", planted());
        secret(acme.admin(), "zd_other", "zendesk", "mutate", planted());
        grant(acme.admin(), "zd", GRANT_ALL);
        Lease lease = lent(asked(acme.tenant()));
        tamper(acme.tenant());

        assertThat(refused(lease, Requests.purpose(lease))).isEqualTo("secret_unavailable");
        reports.flush();

        assertThat(journal(acme.tenant(), "sealed_value_refused")).hasSize(1);
    }

    /** All that can be tried without being entitled, by who has a working lease beside it. */
    @Test
    void none_of_a_thousand_attempts_succeeds_and_all_are_journaled() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var acme = given.customer();
        var other = given.customer();
        secret(acme.admin(), "zd_write", "zendesk", "mutate", planted());
        secret(acme.admin(), "zd_read", "zendesk", "read", planted());
        grant(acme.admin(), "zd_write", """
            {"workspace_id":"ws_support","agent_class":"support_triage","operations":["ticket.*"],
             "trust_zone":"internal"}\
            """);
        String temporary = grant(acme.admin(), "zd_write", "{\"operations\":[\"drafts.*\"]}")
                .at("/grant_id");
        grant(acme.admin(), "zd_write", "{\"agent_class\":\"readers\",\"operations\":[\"*\"]}");
        acme.admin().put("/v1/agent-classes/readers", "{\"mode\":\"read\"}").expect(200);
        Requests asked = asked(acme.tenant());
        Lease working = lent(asked);
        Lease expired = lent(asked.at(clock.instant().minus(StoredLeases.LONGEST)));
        Lease ended = lent(asked.on("zendesk", "drafts.save"));
        acme.admin().delete("/v1/secrets/zd_write/grants/" + temporary).expect(204);
        acme.admin()
                .post("/v1/secrets:revoke", "{\"scope\":\"agent\",\"key\":\"revoked_agent\",\"reason\":\"test\"}")
                .expect(200);
        long refusedLeases = journal(acme.tenant(), "lease_refused").size();
        int leases = 0;
        int uses = 0;
        int elsewhere = 0;
        for (int attempt = 0; attempt < 1_000; attempt++) {
            String tried = "seed %d, attempt %d".formatted(seed, attempt);
            switch (random.nextInt(16)) {
                case 0 -> leases += notLent(tried, asked.by("triage", "class_" + random.nextInt(99)), "no_grant");
                case 1 -> leases += notLent(tried, asked.in("ws_" + random.nextInt(99), "internal"), "no_grant");
                case 2 -> leases += notLent(tried, asked.in("ws_support", "zone_" + random.nextInt(99)), "no_grant");
                case 3 -> leases += notLent(tried, asked.on("zendesk", "user.op" + random.nextInt(99)), "no_grant");
                case 4 -> leases += notLent(tried, asked.on("crm_" + random.nextInt(99), "ticket.a"), "no_secret");
                case 5 -> leases += notLent(tried, asked.to(Mode.READ), "no_grant");
                case 6 -> leases += notLent(tried, asked.by("reader", "readers"), "read_only_class");
                case 7 -> leases += notLent(tried, asked.by("revoked_agent", "support_triage"), "agent_revoked");
                case 8 -> elsewhere += notLent(tried, asked(other.tenant()), "no_secret");
                case 9 -> uses += notUsed(tried, expired, Requests.purpose(expired), "lease_expired");
                case 10 -> uses += notUsed(tried, ended, Requests.purpose(ended), "lease_revoked");
                case 11 -> uses += notUsed(tried, forged(working, random), Requests.purpose(working), "lease_mismatch");
                case 12 -> {
                    Lease ofOther = of(working, other.tenant());
                    notUsed(tried, ofOther, Requests.purpose(ofOther), "lease_mismatch");
                    elsewhere++;
                }
                default -> uses += notUsed(tried, working, otherPurpose(working, random), "lease_mismatch");
            }
        }
        reports.flush();

        assertThat(journal(acme.tenant(), "lease_refused").size() - refusedLeases)
                .as("seed %d", seed)
                .isEqualTo(leases);
        assertThat(attempts(acme.tenant())).as("seed %d", seed).isEqualTo(uses);
        assertThat(attempts(other.tenant())
                        + journal(other.tenant(), "lease_refused").size())
                .as("seed %d", seed)
                .isEqualTo(elsewhere);
        assertThat(leases + uses + elsewhere).isEqualTo(1_000);
        assertThat(value(working)).as("what it was issued for").isNotEmpty();
    }

    /** S9: a deputy with a working lease, confused into using it for somebody or something else. */
    @Test
    void none_of_two_hundred_confused_deputies_gets_a_credential() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var acme = given.customer();
        secret(acme.admin(), "zd", "zendesk", "mutate", planted());
        grant(acme.admin(), "zd", "{\"agent_class\":\"support_triage\",\"operations\":[\"ticket.update\"]}");
        Lease working = lent(asked(acme.tenant()));
        int uses = 0;
        for (int attempt = 0; attempt < 200; attempt++) {
            String tried = "seed %d, attempt %d".formatted(seed, attempt);
            if (attempt % 2 == 0) {
                notLent(tried, asked(acme.tenant()).by("agent_" + attempt, "other_class"), "no_grant");
            } else {
                uses += notUsed(tried, working, otherPurpose(working, random), "lease_mismatch");
            }
        }
        reports.flush();
        assertThat(journal(acme.tenant(), "lease_refused")).hasSize(100);
        assertThat(attempts(acme.tenant())).isEqualTo(uses);
    }

    private int notLent(String tried, Requests asked, String code) {
        assertThat(code(ask(asked))).as(tried).isEqualTo(code);
        return 1;
    }

    private int notUsed(String tried, Lease lease, Purpose purpose, String code) {
        assertThat(refused(lease, purpose)).as(tried).isEqualTo(code);
        return 1;
    }

    private static Lease forged(Lease lease, Random random) {
        int what = random.nextInt(9);
        return new Lease(
                what == 0 ? new ActionId(lease.action().tenant(), "act_other") : lease.action(),
                what == 1 ? lease.id() + "0" : lease.id(),
                what == 2 ? "zd_read" : lease.secret(),
                what == 3 ? lease.version() + 1 : lease.version(),
                what == 4 ? "crm" : lease.system(),
                what == 5 ? "ticket.delete" : lease.operation(),
                what == 6 ? "evil.example.net" : lease.destination(),
                what == 7 ? Mode.READ : lease.mode(),
                what == 8 ? lease.expiresAt().plusSeconds(3_600) : lease.expiresAt());
    }

    private static Lease of(Lease lease, String tenant) {
        return new Lease(
                new ActionId(new TenantId(tenant), lease.action().key()),
                lease.id(),
                lease.secret(),
                lease.version(),
                lease.system(),
                lease.operation(),
                lease.destination(),
                lease.mode(),
                lease.expiresAt());
    }

    private static Purpose otherPurpose(Lease lease, Random random) {
        String base = "https://" + Requests.HOST + "/api";
        return switch (random.nextInt(8)) {
            case 0 -> Requests.purpose(lease, "wr_2", lease.system(), lease.operation(), lease.mode(), base);
            case 1 -> Requests.purpose(lease, null, lease.system(), lease.operation(), lease.mode(), base);
            case 2 -> Requests.purpose(lease, "wr_1", "crm", lease.operation(), lease.mode(), base);
            case 3 -> Requests.purpose(lease, "wr_1", lease.system(), "ticket.delete", lease.mode(), base);
            case 4 -> Requests.purpose(lease, "wr_1", lease.system(), lease.operation(), Mode.READ, base);
            case 5 ->
                Requests.purpose(
                        lease,
                        "wr_1",
                        lease.system(),
                        lease.operation(),
                        lease.mode(),
                        "https://" + Requests.HOST + ".evil.example.net/api");
            case 6 ->
                Requests.purpose(
                        lease,
                        "wr_1",
                        lease.system(),
                        lease.operation(),
                        lease.mode(),
                        "https://" + Requests.HOST + "@evil.example.net/");
            default ->
                Requests.purpose(
                        lease, "wr_1", lease.system(), lease.operation(), lease.mode(), "https://evil.example.net/");
        };
    }

    private Requests asked(String tenant) {
        return Requests.of(tenant, clock.instant());
    }

    private Leases.Answer ask(Requests asked) {
        return commands.ask(
                asked.context(),
                new AskForLease(
                        new SecretBookId(new TenantId(asked.tenant())),
                        asked.request("act_" + ids.get().toString().replace("-", ""))));
    }

    private Lease lent(Requests asked) {
        Leases.Answer answer = ask(asked);
        assertThat(answer).isInstanceOf(Issued.class);
        return ((Issued) answer).lease();
    }

    private static String code(Leases.Answer answer) {
        return answer instanceof Refused refused ? refused.code() : "issued";
    }

    private String value(Lease lease) {
        try (Use use = credentials.use(lease, Requests.purpose(lease), () -> {})) {
            return ((Credential.Token) use.credential()).value().reveal();
        }
    }

    private String refused(Lease lease, Purpose purpose) {
        Throwable thrown =
                catchThrowable(() -> credentials.use(lease, purpose, () -> {}).close());
        return thrown instanceof LeaseRefused refused ? refused.code() : "used: " + thrown;
    }

    private static Answer secret(TestClient admin, String secret, String system, String mode, String value) {
        return admin.post("/v1/secrets", """
            {"secret_id":"%s","system":"%s","mode":"%s","value":{"type":"api_key","value":"%s"},"hosts":["https://%s"]}\
            """.formatted(secret, system, mode, value, Requests.HOST))
                .expect(201);
    }

    private static String version(String value, String overlap) {
        return """
            {"value":{"type":"api_key","value":"%s"},"overlap":"%s","hosts":["https://%s"]}\
            """.formatted(value, overlap, Requests.HOST);
    }

    private static Answer grant(TestClient admin, String secret, String grant) {
        return admin.post("/v1/secrets/" + secret + "/grants", grant).expect(201);
    }

    /** Unlike any other, and unlike a real one. */
    private String planted() {
        return "planted-" + ids.get();
    }

    private List<String> journal(String tenant, String type) {
        return everyTenant
                .queryForList(
                        "select payload from journal.event where tenant_id = ? and payload_type like ?"
                                + " order by tenant_seq",
                        byte[].class,
                        tenant,
                        type)
                .stream()
                .map(payload -> new String(payload, StandardCharsets.UTF_8))
                .toList();
    }

    private long attempts(String tenant) {
        @Nullable
        Long counted = everyTenant.queryForObject(
                "select coalesce(sum((convert_from(payload, 'UTF8')::jsonb ->> 'attempts')::int8), 0)"
                        + " from journal.event where tenant_id = ? and payload_type = 'lease_use_refused'",
                Long.class,
                tenant);
        return counted == null ? 0 : counted;
    }

    private long sealed(String tenant) {
        @Nullable
        Long counted = everyTenant.queryForObject(
                "select count(secret) from secrets.sealed_value where tenant_id = ?", Long.class, tenant);
        return counted == null ? 0 : counted;
    }

    private void tamper(String tenant) {
        int swapped = transactions.in(new TenantId(tenant), () -> {
            byte[] another = ofTenant.queryForObject(
                    "select sealed from secrets.sealed_value where tenant_id = ? and secret = 'zd_other'",
                    byte[].class,
                    tenant);
            ofTenant.update("delete from secrets.sealed_value where tenant_id = ? and secret = 'zd'", tenant);
            return ofTenant.update("insert into secrets.sealed_value values (?, 'zd', 1, ?, now())", tenant, another);
        });
        assertThat(swapped).isOne();
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("it happens within 20 s").isLessThan(deadline);
            Thread.sleep(20);
        }
    }
}
