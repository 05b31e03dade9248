package audit.proof;

import static org.assertj.core.api.Assertions.assertThat;

import audit.proof.BundleLine.Head;
import audit.proof.Checkpoint.VerifierKey;
import audit.proof.Verification.Result.Broken;
import audit.proof.Verification.Result.Whole;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import journal.Journal.Entry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Whoever changes a journal, or makes one up, is found out by a program that knows nothing but a key. */
class VerificationTest {

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();
    private static final String NAME = "firebreak.test";
    private static final KeyPair KEY = pair();
    private static final KeyPair OTHER = pair();
    private static final VerifierKey TRUSTED = VerifierKey.of(NAME, KEY.getPublic());

    @Test
    void honest_journals_are_whole() throws Exception {
        var random = new Random(7);
        for (int round = 0; round < 1_000; round++) {
            int size = round < 10 ? round : random.nextInt(1, 700);
            List<Entry> journal = journal(size, random);
            assertThat(verified(bundle(journal, KEY), null))
                    .as("%d entries", size)
                    .isEqualTo(new Whole("acme", size, true));
        }
    }

    @Test
    void a_journal_that_goes_on_from_a_known_checkpoint_is_whole() throws Exception {
        List<Entry> journal = journal(600, new Random(1));
        for (int earlier : List.of(0, 1, 2, 255, 256, 257, 511, 600)) {
            assertThat(verified(bundle(journal, KEY), checkpoint(journal.subList(0, earlier))))
                    .isInstanceOf(Whole.class);
        }
    }

    @Test
    void whatever_is_done_to_the_entries_is_found_where_it_was_done() throws Exception {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            List<Entry> journal = journal(random.nextInt(3, 600), random);
            List<String> lines = bundle(journal, KEY);
            List<Integer> entries = entries(lines);
            int at = random.nextInt(entries.size() - 1);
            int line = entries.get(at);
            String kind = switch (random.nextInt(6)) {
                case 0 -> {
                    lines.set(line, altered(lines.get(line), random));
                    yield "altered";
                }
                case 1 -> {
                    lines.remove(line);
                    yield "missing";
                }
                case 2 -> {
                    Collections.swap(lines, line, entries.get(at + 1));
                    yield "swapped";
                }
                case 3 -> {
                    lines.add(line, line(BundleLine.of(entry(at + 1, random))));
                    yield "inserted";
                }
                case 4 -> {
                    lines.subList(line, lines.size()).clear();
                    yield "cut";
                }
                default -> {
                    lines.add(line, lines.get(entries.get(random.nextInt(entries.size()))));
                    yield "repeated";
                }
            };
            Verification.Result result = verified(lines, null);
            assertThat(result)
                    .as("seed %d round %d: %s at %d", seed, round, kind, at + 1)
                    .isInstanceOf(Broken.class);
            Broken broken = (Broken) result;
            if (!kind.equals("repeated") && !kind.equals("cut")) {
                assertThat(broken.position())
                        .as("seed %d round %d: %s %s", seed, round, kind, broken)
                        .isEqualTo(at + 1);
            }
            switch (kind) {
                case "altered" -> assertThat(broken.kind()).isEqualTo("altered");
                case "cut" -> assertThat(broken.kind()).isIn("missing", "hashes");
                default -> assertThat(broken.kind()).isIn("missing", "reordered", "altered", "added");
            }
        }
    }

    @Test
    void any_changed_byte_of_a_bundle_is_found() throws Exception {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        List<String> honest = bundle(journal(40, random), KEY);
        for (int round = 0; round < 3_000; round++) {
            List<String> lines = new ArrayList<>(honest);
            int line = random.nextInt(lines.size());
            char[] changed = lines.get(line).toCharArray();
            int at = random.nextInt(changed.length);
            char other = (char) random.nextInt(0x20, 0x7f);
            if (changed[at] == other) {
                continue;
            }
            changed[at] = other;
            lines.set(line, new String(changed));
            // The key that a bundle names is not what a verifier with a key of its own goes by.
            if (!sameMeaning(honest.get(line), lines.get(line))) {
                assertThat(verified(lines, null))
                        .as("seed %d round %d: %s", seed, round, lines.get(line))
                        .isInstanceOf(Broken.class);
            }
        }
    }

    @Test
    void what_no_hash_and_no_signature_uses_must_not_be_changed_either() throws Exception {
        List<String> honest = bundle(journal(40, new Random(1)), KEY);
        int hashes = 1;
        assertThat(honest.get(hashes)).endsWith("=\"}");
        for (String end : List.of("A\"}", "AAAA=\"}")) {
            assertThat(changed(honest, hashes, "=\"}", end)).as(end).isInstanceOf(Broken.class);
        }
        String last = honest.get(hashes).substring(honest.get(hashes).length() - 4);
        assertThat(changed(honest, hashes, last, next(last.charAt(0)) + last.substring(1)))
                .isInstanceOfSatisfying(
                        Broken.class, broken -> assertThat(broken.kind()).isEqualTo("unreadable"));
        String signature = honest.getFirst().substring(0, honest.getFirst().indexOf("=\\n\""));
        String used = signature.substring(signature.length() - 1) + "=\\n\"";
        assertThat(changed(honest, 0, used, next(used.charAt(0)) + used.substring(1)))
                .isInstanceOfSatisfying(
                        Broken.class, broken -> assertThat(broken.kind()).isEqualTo("signature"));
    }

    private static Verification.Result changed(List<String> honest, int line, String from, String to)
            throws IOException {
        List<String> lines = new ArrayList<>(honest);
        lines.set(line, honest.get(line).replace(from, to));
        assertThat(lines).isNotEqualTo(honest);
        return verified(lines, null);
    }

    /** The digit after it, which differs in the last bit only: every last digit before padding is even. */
    private static char next(char digit) {
        String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        return digits.charAt(digits.indexOf(digit) + 1);
    }

    @Test
    void a_journal_that_somebody_else_made_up_is_not_believed() throws Exception {
        assertThat(verified(bundle(journal(5, new Random(1)), OTHER), null))
                .isInstanceOfSatisfying(
                        Broken.class, broken -> assertThat(broken.kind()).isEqualTo("signature"));
    }

    @Test
    void an_older_copy_is_told_from_the_journal_by_a_known_checkpoint() throws Exception {
        List<Entry> journal = journal(300, new Random(1));
        assertThat(verified(bundle(journal.subList(0, 250), KEY), checkpoint(journal)))
                .isEqualTo(new Broken(251, "older", "A checkpoint over 300 entries is known; this bundle has 250."));
    }

    @Test
    void a_past_that_was_written_anew_is_told_from_the_journal_by_a_known_checkpoint() throws Exception {
        List<Entry> journal = journal(300, new Random(1));
        List<Entry> rewritten = new ArrayList<>(journal(299, new Random(2)));
        rewritten.addAll(journal(300, new Random(3)).subList(299, 300));
        assertThat(verified(bundle(rewritten, KEY), checkpoint(journal.subList(0, 200))))
                .isInstanceOfSatisfying(
                        Broken.class, broken -> assertThat(broken.kind()).isEqualTo("rewritten"));
    }

    @Test
    void another_tenants_checkpoint_is_not_taken_for_this_ones() throws Exception {
        List<String> lines = bundle(journal(3, new Random(1)), KEY);
        lines.set(0, lines.getFirst().replace("\"acme\"", "\"initech\""));
        assertThat(verified(lines, null))
                .isInstanceOfSatisfying(
                        Broken.class, broken -> assertThat(broken.kind()).isEqualTo("signature"));
    }

    private static boolean sameMeaning(String honest, String changed) {
        try {
            BundleLine before = JSON.readValue(honest, BundleLine.class);
            BundleLine after = JSON.readValue(changed, BundleLine.class);
            if (before.head() != null && after.head() != null) {
                return before.head().checkpoint().equals(after.head().checkpoint())
                        && before.head().tenant().equals(after.head().tenant())
                        && before.head().format().equals(after.head().format());
            }
            return before.equals(after);
        } catch (RuntimeException unreadable) {
            return false;
        }
    }

    private static String altered(String line, Random random) {
        BundleLine.Entry entry =
                Objects.requireNonNull(JSON.readValue(line, BundleLine.class).entry());
        return line(new BundleLine(
                null,
                null,
                switch (random.nextInt(4)) {
                    case 0 -> with(entry, entry.time().plusMillis(1), entry.context(), entry.payload());
                    case 1 -> with(entry, entry.time(), entry.context() + " ", entry.payload());
                    case 2 ->
                        with(
                                entry,
                                entry.time(),
                                entry.context(),
                                entry.payload().replace("value", "valve"));
                    default -> with(entry, entry.time(), entry.payload(), entry.context());
                }));
    }

    private static BundleLine.Entry with(BundleLine.Entry entry, Instant time, String context, String payload) {
        return new BundleLine.Entry(
                entry.sequence(),
                entry.id(),
                entry.type(),
                entry.revision(),
                time,
                entry.aggregate(),
                entry.aggregateSequence(),
                context,
                payload);
    }

    private static List<Integer> entries(List<String> lines) {
        List<Integer> entries = new ArrayList<>();
        for (int at = 0; at < lines.size(); at++) {
            if (lines.get(at).startsWith("{\"entry\"")) {
                entries.add(at);
            }
        }
        return entries;
    }

    private static List<Entry> journal(int size, Random random) {
        List<Entry> entries = new ArrayList<>();
        for (int at = 1; at <= size; at++) {
            entries.add(entry(at, random));
        }
        return entries;
    }

    private static Entry entry(long sequence, Random random) {
        return new Entry(
                sequence,
                Long.toHexString(random.nextLong()),
                "action_queued",
                "1",
                Instant.ofEpochMilli(1_800_000_000_000L + sequence),
                "acme/a" + sequence,
                0,
                ("{\"value\":\"" + random.nextInt() + " \\u00e9 \\n\"}").getBytes(StandardCharsets.UTF_8),
                "{\"tenant\":\"acme\"}".getBytes(StandardCharsets.UTF_8));
    }

    private static Tree tree(List<Entry> journal) {
        Tree tree = new Tree(0, place -> null);
        journal.forEach(entry -> tree.add(Leaf.hash("acme", entry)));
        return tree;
    }

    private static Checkpoint checkpoint(List<Entry> journal) {
        return new Checkpoint(NAME + "/acme", journal.size(), tree(journal).root());
    }

    /** What the platform writes, with a key at hand. */
    private static List<String> bundle(List<Entry> journal, KeyPair key) {
        Tree tree = tree(journal);
        String note = checkpoint(journal).signed(NAME, key.getPrivate(), key.getPublic());
        List<String> lines = new ArrayList<>();
        lines.add(line(BundleLine.of(new Head(
                BundleLine.FORMAT, "acme", VerifierKey.of(NAME, key.getPublic()).line(), note))));
        for (int from = 0; from < journal.size(); from += Tile.WIDTH) {
            int until = Math.min(from + Tile.WIDTH, journal.size());
            lines.add(line(BundleLine.of(tree.tile(new Tree.Place(0, from / Tile.WIDTH)), until - from)));
            journal.subList(from, until).forEach(entry -> lines.add(line(BundleLine.of(entry))));
        }
        return lines;
    }

    private static String line(BundleLine line) {
        return JSON.writeValueAsString(line);
    }

    private static Verification.Result verified(List<String> lines, @Nullable Checkpoint known) throws IOException {
        return new Verification(new BufferedReader(new StringReader(String.join("\n", lines))), TRUSTED, known)
                .result();
    }

    private static KeyPair pair() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (java.security.NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
