package tenancy.credentials;

import static org.awaitility.Awaitility.await;

import java.sql.DriverManager;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import platform.Given;
import platform.PlatformTest;

@PlatformTest
class RevokedElsewhereTest {

    private final Given given;
    private final Environment environment;

    @Autowired
    RevokedElsewhereTest(Given given, Environment environment) {
        this.given = given;
        this.environment = environment;
    }

    @Test
    void a_key_that_another_node_revoked_is_forgotten() throws Exception {
        var customer = given.customer();
        customer.auditor().get("/v1/journal").expect(200);

        try (var owner = DriverManager.getConnection(
                        environment.getRequiredProperty("spring.datasource.url"),
                        environment.getRequiredProperty("spring.datasource.username"),
                        environment.getRequiredProperty("spring.datasource.password"));
                var revoke = owner.prepareStatement(
                        "update tenancy.api_key set revoked_at = now() where tenant_id = ? and role = 'auditor'")) {
            owner.createStatement().execute("alter table tenancy.api_key no force row level security");
            revoke.setString(1, customer.tenant());
            revoke.executeUpdate();
            owner.createStatement().execute("alter table tenancy.api_key force row level security");
        }

        await().atMost(Duration.ofSeconds(5))
                .until(() -> customer.auditor().get("/v1/journal").status() == 401);
        customer.analyst().get("/v1/quotas").expect(200);
    }
}
