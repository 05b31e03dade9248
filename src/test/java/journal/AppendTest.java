package journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tenancy.EventRows;

class AppendTest {

    private static final EventRows MADE = rows("made");
    private static final EventRows CHANGED = rows("changed").onto("made", (made, changed) -> made[2] = changed[2]);
    private static final EventRows GONE = rows("gone");

    private final Append append = new Append("acme");

    @Test
    void what_changes_a_row_of_the_same_commit_is_written_with_it() {
        append.add(0, MADE, new Object[] {"acme", "k1", "new"});
        append.add(1, CHANGED, new Object[] {"acme", "k1", "changed"});

        assertThat(append.rounds()).isEqualTo(1);
        assertThat(append.rows(0, 0)).containsExactly(new Object[] {"acme", "k1", "changed"});
        assertThat(append.rows(0, 1)).isEmpty();
    }

    @Test
    void what_cannot_be_written_with_it_follows_in_a_round_of_its_own() {
        append.add(0, MADE, new Object[] {"acme", "k1", "new"});
        append.add(1, CHANGED, new Object[] {"acme", "k1", "changed"});
        append.add(2, GONE, new Object[] {"acme", "k1", null});
        append.add(1, CHANGED, new Object[] {"acme", "k1", "again"});
        append.add(1, CHANGED, new Object[] {"acme", "k2", "changed"});

        assertThat(append.rounds()).isEqualTo(3);
        assertThat(append.rows(0, 0)).containsExactly(new Object[] {"acme", "k1", "changed"});
        assertThat(append.rows(0, 1)).containsExactly(new Object[] {"acme", "k2", "changed"});
        assertThat(append.rows(1, 2)).hasSize(1);
        assertThat(append.rows(2, 1)).containsExactly(new Object[] {"acme", "k1", "again"});
    }

    private static EventRows rows(String name) {
        return new EventRows(name, "table", "", List.of("text", "text", "text"), Set.of(), event -> List.of());
    }
}
