package platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.core.Authentication;
import org.springframework.security.util.SimpleMethodInvocation;

class NamedRolesTest {

    private static final AuthorizationDecision BY_EXPRESSION = new AuthorizationDecision(false);

    private final List<String> expressions = new ArrayList<>();
    private final NamedRoles roles = new NamedRoles(
            (who, invocation) -> {
                expressions.add(invocation.getMethod().getName());
                return BY_EXPRESSION;
            },
            WebSecurity.roleHierarchy());

    @SuppressWarnings("unused") // called by name
    static class Sample {
        @PreAuthorize("hasRole('AUDITOR')")
        public void one() {}

        @PreAuthorize("hasAnyRole('AGENT','OPERATOR')")
        public void several() {}

        @PreAuthorize("hasRole('AGENT') and #tenant == 'acme'")
        public void more() {}

        @PreAuthorize("!hasRole('AGENT')")
        public void not() {}

        public void nothing() {}
    }

    @ParameterizedTest
    @CsvSource({"one, AUDITOR", "one, TENANT_ADMIN", "one, OPERATOR", "several, AGENT", "several, OPERATOR"})
    void whoever_has_a_role_that_is_named_or_one_that_implies_it_is_let_in(String method, String role) {
        assertThat(asked(method, with(role))).isNotNull().matches(AuthorizationResult::isGranted);
        assertThat(expressions).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "one, ANALYST",
        "one, AGENT",
        "several, TENANT_ADMIN",
        "more, AGENT",
        "not, AGENT",
        "not, OPERATOR",
        "nothing, OPERATOR"
    })
    void everything_else_is_for_the_expression(String method, String role) {
        assertThat(asked(method, with(role))).isSameAs(BY_EXPRESSION);
        assertThat(expressions).containsExactly(method);
    }

    @Test
    void a_role_that_nobody_has_proved_lets_nobody_in() {
        Authentication claimed = with("AUDITOR");
        claimed.setAuthenticated(false);

        assertThat(asked("one", claimed)).isSameAs(BY_EXPRESSION);
    }

    private static Authentication with(String role) {
        return new TestingAuthenticationToken("somebody", "", "ROLE_" + role);
    }

    private @Nullable AuthorizationResult asked(String method, Authentication who) {
        try {
            MethodInvocation invocation = new SimpleMethodInvocation(new Sample(), Sample.class.getMethod(method));
            return roles.authorize(() -> who, invocation);
        } catch (NoSuchMethodException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
