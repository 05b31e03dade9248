package tenancy.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.DefaultApplicationArguments;
import tenancy.Caller;
import tenancy.AgentId;
import tenancy.KeyId;
import tenancy.Keys;
import tenancy.Role;
import tenancy.TenantContext;
import tenancy.TenantId;

class FirstOperatorTest {

    @Test
    void is_shown_its_key_when_nobody_else_could_begin() {
        assertThat(start(false)).contains("fbk_secret");
    }

    @Test
    void is_not_made_twice() {
        assertThat(start(true)).isEmpty();
    }

    private static String start(boolean anyInForce) {
        var console = new ByteArrayOutputStream();
        new FirstOperator(new OneKey(), () -> anyInForce, new PrintStream(console, true, StandardCharsets.UTF_8))
                .run(new DefaultApplicationArguments());
        return console.toString(StandardCharsets.UTF_8);
    }

    /** Issues one key, to an operator of the fleet. */
    private static final class OneKey implements Keys {

        @Override
        public Issued issue(TenantContext context, Role role, @Nullable AgentId agent, String label) {
            assertThat(role).isEqualTo(Role.OPERATOR);
            assertThat(context.tenant()).isEqualTo(TenantId.FLEET);
            return new Issued(new KeyId(TenantId.FLEET, "k_1"), "fbk_secret");
        }

        @Override
        public void revoke(TenantContext context, KeyId key) {
            throw new AssertionError();
        }

        @Override
        public boolean inForce(Caller caller) {
            throw new AssertionError();
        }
    }
}
