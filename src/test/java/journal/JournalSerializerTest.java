package journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.axonframework.eventhandling.GapAwareTrackingToken;
import org.axonframework.eventhandling.ReplayToken;
import org.axonframework.messaging.MetaData;
import org.axonframework.serialization.Revision;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.SimpleSerializedType;
import org.axonframework.serialization.UnknownSerializedType;
import org.junit.jupiter.api.Test;
import tenancy.JournaledTypes;

class JournalSerializerTest {

    private static final JournalSerializer SERIALIZER = serializer(Sample.TallyEvent.class, Sample.Tally.class);

    sealed interface Other {
        @Revision("1")
        record Counted(int n) implements Other {}
    }

    sealed interface Unversioned {
        record Happened(int n) implements Unversioned {}
    }

    @Test
    void two_types_of_one_name_fail_the_start() {
        assertThatThrownBy(() -> serializer(Sample.TallyEvent.class, Other.class))
                .hasMessageContaining("would both be journaled as counted");
    }

    @Test
    void an_event_without_a_revision_fails_the_start() {
        assertThatThrownBy(() -> serializer(Unversioned.class)).hasMessageContaining("needs a @Revision");
    }

    @Test
    void a_type_listed_twice_is_one_type() {
        assertThat(serializer(Sample.TallyEvent.class, Sample.TallyEvent.Counted.class)
                        .journals(Sample.TallyEvent.Counted.class))
                .isTrue();
    }

    @Test
    void what_is_written_is_read_back() {
        var event = new Sample.TallyEvent.TallyOpened("a/tally", Sample.Size.VERY_LARGE);

        var stored = SERIALIZER.serialize(event, byte[].class);

        assertThat(stored.getType().getName()).isEqualTo("tally_opened");
        assertThat(SERIALIZER.<byte[], Object>deserialize(stored)).isEqualTo(event);
    }

    @Test
    void tokens_are_read_back_inside_a_replay_too() {
        var reset = ReplayToken.createReplayToken(
                GapAwareTrackingToken.newInstance(9, Set.of(7L)), GapAwareTrackingToken.newInstance(3, Set.of(1L)));

        var stored = SERIALIZER.serialize(reset, byte[].class);

        assertThat(SERIALIZER.<byte[], Object>deserialize(stored)).isEqualTo(reset);
    }

    @Test
    void a_token_names_no_class_that_is_not_a_token() {
        var evil = new SimpleSerializedObject<>(
                "{\"tokenAtReset\":{\"@class\":\"java.util.ArrayList\"},\"currentToken\":null}".getBytes(UTF_8),
                byte[].class,
                ReplayToken.class.getName(),
                null);

        assertThatThrownBy(() -> SERIALIZER.<byte[], Object>deserialize(evil)).hasStackTraceContaining("ArrayList");
    }

    @Test
    void a_stored_java_name_is_not_followed() {
        assertThat(SERIALIZER.classForType(new SimpleSerializedType("javax.swing.JFrame", null)))
                .isEqualTo(UnknownSerializedType.class);
    }

    @Test
    void metadata_is_written_as_any_reader_of_json_expects() {
        var metaData = MetaData.from(Map.of("tenant", "a\"\\\n\u0001ü€😀"));

        byte[] json = FlatJson.of(metaData).orElseThrow();

        assertThat(SERIALIZER.<byte[], Object>deserialize(
                        new SimpleSerializedObject<>(json, byte[].class, MetaData.class.getName(), null)))
                .isEqualTo(metaData);
        assertThat(FlatJson.of(Map.of("number", 1))).isEmpty();
    }

    private static JournalSerializer serializer(Class<?>... types) {
        return new JournalSerializer(
                new LogicalNames(List.of(new JournaledTypes(List.of(types)))), new ReversedContents());
    }
}
