package platform;

import audit.AuditModule;
import audit.OfflineVerification;
import execution.ExecutionModule;
import java.util.Arrays;
import journal.JournalModule;
import java.security.Security;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Import;
import policy.PolicyModule;
import quota.QuotaModule;
import secrets.SecretsModule;
import tenancy.ReceiptVerification;
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

    /** How long Java remembers where a host name led: it reads this once, before the first look-up. */
    private static final String REMEMBERED_SECONDS = "5";

    /** With {@code verify} first, checks a journal's bundle, with {@code verify-receipt} a receipt, and starts nothing. */
    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals("verify")) {
            System.exit(OfflineVerification.run(Arrays.copyOfRange(args, 1, args.length), System.out));
        }
        if (args.length > 0 && args[0].equals("verify-receipt")) {
            System.exit(ReceiptVerification.run(Arrays.copyOfRange(args, 1, args.length), System.out));
        }
        Security.setProperty("networkaddress.cache.ttl", REMEMBERED_SECONDS);
        Security.setProperty("networkaddress.cache.negative.ttl", REMEMBERED_SECONDS);
        SpringApplication.run(AgentPlatform.class, args);
    }
}
