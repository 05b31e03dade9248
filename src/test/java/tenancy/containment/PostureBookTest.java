package tenancy.containment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tenancy.Cause;
import tenancy.ContainmentEvent;
import tenancy.ContainmentEvent.PostureReleased;
import tenancy.ContainmentEvent.PostureSet;
import tenancy.ContainmentScope;
import tenancy.ContainmentScope.Kind;
import tenancy.Posture;
import tenancy.Restriction;
import tenancy.Subject;
import tools.jackson.databind.json.JsonMapper;

/** Random histories of one book, beside a model that knows no better than to try every second. */
class PostureBookTest {

    private static final Instant BEGIN = Instant.parse("2026-11-29T10:00:00Z");
    private static final int STEPS = 300;
    private static final List<ContainmentScope> SCOPES = List.of(
            new ContainmentScope(Kind.TENANT, "tenant_acme"),
            new ContainmentScope(Kind.WORKSPACE, "ws_1"),
            new ContainmentScope(Kind.AGENT_CLASS, "triage"),
            new ContainmentScope(Kind.AGENT, "a_1"),
            new ContainmentScope(Kind.AGENT, "a_2"),
            new ContainmentScope(Kind.RUN, "wr_1"),
            new ContainmentScope(Kind.CONNECTOR, "desk"),
            new ContainmentScope(Kind.OPERATION, "desk/ticket.update"),
            new ContainmentScope(Kind.DESTINATION, "desk.example"),
            new ContainmentScope(Kind.MODEL, "m_1"),
            new ContainmentScope(Kind.SECRET, "s_1"));

    /** Fields and not getters, as the journal reads and writes snapshots. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .changeDefaultVisibility(visible -> visible.withVisibility(PropertyAccessor.FIELD, Visibility.ANY)
                    .withVisibility(PropertyAccessor.GETTER, Visibility.NONE)
                    .withVisibility(PropertyAccessor.IS_GETTER, Visibility.NONE))
            .build();

    private record Slot(ContainmentScope scope, Cause.Owner owner) {}

    /** What is in force in one slot, and since when. */
    private record Set(String containment, Posture posture, Instant since) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void the_strictest_is_in_force_and_clocks_add_up(long seed) {
        var random = new Random(seed);
        var book = new PostureBook();
        Map<Slot, Set> model = new HashMap<>();
        // Of each second, what was frozen in it.
        List<java.util.Set<ContainmentScope>> seconds = new ArrayList<>();
        Instant now = BEGIN;
        long epoch = 0;
        for (int step = 0; step < STEPS; step++) {
            var slot = new Slot(
                    SCOPES.get(random.nextInt(SCOPES.size())),
                    random.nextBoolean() ? Cause.Owner.OPERATOR : Cause.Owner.TENANT);
            Set before = model.get(slot);
            if (before != null && random.nextInt(3) == 0) {
                apply(
                        book,
                        new PostureReleased(
                                before.containment(), slot.scope(), "key:1", null, "r", false, ++epoch, now));
                model.remove(slot);
            } else {
                Posture posture = Posture.values()[1 + random.nextInt(Posture.values().length - 1)];
                String id = "cnt_" + step;
                apply(
                        book,
                        new PostureSet(
                                id,
                                slot.scope(),
                                posture,
                                "r",
                                "key:1",
                                slot.owner(),
                                false,
                                before == null ? null : before.containment(),
                                ++epoch,
                                null,
                                false,
                                now));
                model.put(slot, new Set(id, posture, now));
            }
            assertThat(book.epoch()).isEqualTo(epoch);
            if (random.nextInt(20) == 0) {
                book = JSON.readValue(JSON.writeValueAsString(book), PostureBook.class);
            }
            int passed = random.nextInt(4);
            for (int second = 0; second < passed; second++) {
                java.util.Set<ContainmentScope> frozen = new java.util.HashSet<>();
                model.forEach((where, set) -> {
                    if (set.posture().standsStill()) {
                        frozen.add(where.scope());
                    }
                });
                seconds.add(frozen);
            }
            now = now.plusSeconds(passed);
            Subject subject = subject(random);
            inForce(seed, book, model, subject);
            stoodStill(seed, book, seconds, subject, random.nextInt(seconds.size() + 1), now);
        }
    }

    private static void inForce(long seed, PostureBook book, Map<Slot, Set> model, Subject subject) {
        EnumSet<Posture> applying = EnumSet.noneOf(Posture.class);
        model.forEach((slot, set) -> {
            if (slot.scope().covers(subject)) {
                applying.add(set.posture());
            }
        });
        Optional<Restriction> restriction = book.on(subject);
        assertThat(restriction.map(Restriction::posture))
                .as("seed %d", seed)
                .isEqualTo(applying.stream().max(Posture::compareTo));
        assertThat(restriction.filter(Restriction::asksPeople).isPresent())
                .as("seed %d", seed)
                .isEqualTo(applying.contains(Posture.APPROVAL_ALL));
    }

    private static void stoodStill(
            long seed,
            PostureBook book,
            List<java.util.Set<ContainmentScope>> seconds,
            Subject subject,
            int from,
            Instant now) {
        long still = seconds.subList(from, seconds.size()).stream()
                .filter(frozen -> frozen.stream().anyMatch(scope -> scope.covers(subject)))
                .count();
        assertThat(book.stoodStill(subject, BEGIN.plusSeconds(from), now))
                .as("seed %d", seed)
                .isEqualTo(Duration.ofSeconds(still));
    }

    private static Subject subject(Random random) {
        return new Subject(
                "ws_" + random.nextInt(2),
                random.nextBoolean() ? "triage" : null,
                "a_" + random.nextInt(3),
                "wr_" + random.nextInt(2),
                random.nextBoolean() ? "desk" : "mail",
                random.nextBoolean() ? "ticket.update" : "ticket.read",
                random.nextBoolean() ? "desk.example" : null,
                "m_" + random.nextInt(2),
                random.nextBoolean() ? "s_1" : null);
    }

    private static void apply(PostureBook book, ContainmentEvent event) {
        book.on(event, "tenant_acme/containment");
    }
}
