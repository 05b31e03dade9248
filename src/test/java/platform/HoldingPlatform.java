package platform;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.SpringApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import policy.Checks;
import policy.Policies;
import policy.Verdict;
import policy.Verdict.Approval;
import policy.Verdict.NeedsApproval;
import policy.Verdict.NeedsCheck;

/**
 * The platform, where what goes to {@code zd_1…} needs an approver, to {@code zd_2…} one within ten seconds, and to
 * {@code zd_3…} a read of a ticket before it; for tests that kill it.
 */
final class HoldingPlatform {

    private HoldingPlatform() {}

    public static void main(String[] arguments) {
        SpringApplication.run(new Class<?>[] {AgentPlatform.class, Verdicts.class}, arguments);
    }

    static class Verdicts {

        @Bean
        @Primary
        Policies verdictsByRecord(@Qualifier("storedPolicies") Policies own) {
            return envelope -> {
                Verdict verdict = own.decide(envelope);
                String record = envelope.target().fields().getOrDefault("record_id", "");
                if (record.startsWith("zd_1")) {
                    return needs(verdict, Duration.ofHours(1));
                }
                if (record.startsWith("zd_2")) {
                    return needs(verdict, Duration.ofSeconds(10));
                }
                return record.startsWith("zd_3") ? check(verdict) : verdict;
            };
        }

        @Bean
        @Primary
        Checks everyAnswerPasses() {
            return (check, result) -> true;
        }

        private static Verdict needs(Verdict verdict, Duration validFor) {
            var approval = new Approval("all", List.of("approver"), 1, validFor);
            return new NeedsApproval(verdict.version(), verdict.reasons(), List.of(approval), null);
        }

        private static Verdict check(Verdict verdict) {
            var read =
                    new Verdict.Check("all", "web", "web.fetch", Map.of("page", "target.record_id"), Map.of(), "true");
            return new NeedsCheck(verdict.version(), verdict.reasons(), List.of(read), List.of(), null);
        }
    }
}
