package quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static quota.Envelopes.ACME;
import static quota.Envelopes.GOLD;

import org.axonframework.test.aggregate.AggregateTestFixture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import quota.QuotaCommand.DefineQuotaClass;
import quota.QuotaEvent.QuotaClassChanged;
import quota.QuotaEvent.QuotaClassDefined;

class QuotaClassTest {

    private static final QuotaClassId ID = new QuotaClassId(GOLD);
    private static final Limits SMALL = Envelopes.limits(1, 10);
    private static final Limits LARGE = Envelopes.limits(2, 20);

    private final AggregateTestFixture<QuotaClass> quotaClass = new AggregateTestFixture<>(QuotaClass.class);
    private final LimitsInForce limits = new LimitsInForce();

    @BeforeEach
    void allotment() {
        var budgets = new Budgets(new AggregateTestFixture<>(Budget.class).getRepository());
        quotaClass.registerAnnotatedCommandHandler(new Allotment(
                quotaClass.getRepository(),
                budgets,
                limits,
                agent -> {
                    throw new AssertionError("no agent has a part in this");
                },
                workspace -> {
                    throw new AssertionError("no workspace has a part in this");
                },
                Envelopes.underWay(java.util.Set.of()),
                new tenancy.NothingContained()));
    }

    @Test
    void is_in_force_once_it_is_defined() {
        quotaClass
                .givenNoPriorActivity()
                .when(new DefineQuotaClass(ID, SMALL))
                .expectEvents(new QuotaClassDefined(GOLD, SMALL))
                .expectResultMessagePayload(new DefinedClass(GOLD, SMALL, 1));
        assertThat(limits.limits(ACME, GOLD)).isEqualTo(SMALL);
    }

    @Test
    void is_changed_as_a_whole() {
        quotaClass
                .given(new QuotaClassDefined(GOLD, SMALL))
                .when(new DefineQuotaClass(ID, LARGE))
                .expectEvents(new QuotaClassChanged(GOLD, LARGE, 2));
        assertThat(limits.limits(ACME, GOLD)).isEqualTo(LARGE);
    }

    @Test
    void the_same_again_changes_nothing() {
        quotaClass
                .given(new QuotaClassDefined(GOLD, SMALL))
                .when(new DefineQuotaClass(ID, SMALL))
                .expectNoEvents();
    }

    @Test
    void older_news_never_replace_newer_ones() {
        limits.defined(new DefinedClass(GOLD, LARGE, 2));
        limits.defined(new DefinedClass(GOLD, SMALL, 1));

        assertThat(limits.limits(ACME, GOLD)).isEqualTo(LARGE);
    }

    @Test
    void a_class_that_nobody_defined_has_no_limits_and_refuses() {
        assertThatThrownBy(() -> limits.limits(ACME, GOLD)).isInstanceOf(UnknownQuotaClass.class);
    }
}
