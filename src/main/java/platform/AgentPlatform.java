package platform;

import audit.AuditModule;
import execution.ExecutionModule;
import journal.JournalModule;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Import;
import policy.PolicyModule;
import quota.QuotaModule;
import secrets.SecretsModule;
import tenancy.TenancyModule;

/** Starts Firebreak. The modules are listed once, in the order a request meets them. */
@SpringBootApplication
@Import({
    TenancyModule.class,
    PolicyModule.class,
    QuotaModule.class,
    SecretsModule.class,
    JournalModule.class,
    ExecutionModule.class,
    AuditModule.class
})
public class AgentPlatform {

    public static void main(String[] args) {
        SpringApplication.run(AgentPlatform.class, args);
    }
}
