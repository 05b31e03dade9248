package audit.proof;

import audit.proof.Checkpoint.VerifierKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * Checks a bundle without the platform: that its checkpoint is signed, that its hashes lead to the checkpoint's root, and
 * that each entry is the one that was hashed at its place. Reads it line by line; memory grows with the logarithm of it.
 */
final class Verification {

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    /** What a verifier says. */
    sealed interface Result {

        /** @param trusted whether the key came from elsewhere than the bundle */
        record Whole(String tenant, long size, boolean trusted) implements Result {}

        /**
         * @param position the sequence of the first entry that is not as it was; 0 if it is the checkpoint that is wrong
         * @param kind {@code altered}, {@code missing}, {@code reordered}, {@code added}, {@code signature},
         *     {@code hashes}, {@code rewritten}, {@code older} or {@code unreadable}
         */
        record Broken(long position, String kind, String words) implements Result {}
    }

    private final BufferedReader lines;
    private final @Nullable VerifierKey trusted;
    private final @Nullable Checkpoint known;

    /** Roots of complete subtrees, as the binary form of the size says. */
    private final List<byte[]> peaks = new ArrayList<>();

    private long size;
    private byte @Nullable [] knownRoot;
    private byte[] hashes = {};
    private long entries;

    /**
     * @param trusted the key that must have signed; the bundle's own if absent
     * @param known an earlier checkpoint that the bundle has to agree with; absent if none was kept
     */
    Verification(BufferedReader lines, @Nullable VerifierKey trusted, @Nullable Checkpoint known) {
        this.lines = lines;
        this.trusted = trusted;
        this.known = known;
    }

    /** @throws IOException if the bundle cannot be read as text at all */
    Result result() throws IOException {
        try {
            return verified();
        } catch (JacksonException | IllegalArgumentException unreadable) {
            return new Result.Broken(entries + 1, "unreadable", "The line is not one of a bundle.");
        }
    }

    private Result verified() throws IOException {
        BundleLine.Head head = head();
        if (head == null || !BundleLine.FORMAT.equals(head.format())) {
            return new Result.Broken(0, "unreadable", "The first line is not the head of a bundle.");
        }
        VerifierKey key = trusted == null ? VerifierKey.parse(head.key()) : trusted;
        Optional<Checkpoint> signed = Checkpoint.of(head.checkpoint(), key);
        if (signed.isEmpty() || !signed.get().origin().equals(key.name() + "/" + head.tenant())) {
            return new Result.Broken(
                    0, "signature", "The checkpoint is not signed by " + key.name() + " for this tenant.");
        }
        Checkpoint checkpoint = signed.get();
        if (known != null && known.size() > checkpoint.size()) {
            return new Result.Broken(
                    checkpoint.size() + 1,
                    "older",
                    "A checkpoint over %d entries is known; this bundle has %d."
                            .formatted(known.size(), checkpoint.size()));
        }
        Result.Broken first = null;
        for (BundleLine line = next(); line != null; line = next()) {
            Result.Broken broken = line.hashes() != null ? hashes(line.hashes()) : entry(head.tenant(), line.entry());
            first = first == null ? broken : first;
        }
        if (first == null && entries < checkpoint.size()) {
            first = missing(entries + 1);
        }
        return judged(head.tenant(), checkpoint, first);
    }

    /** Only hashes that lead to the signed root tell which entry is the wrong one. */
    private Result judged(String tenant, Checkpoint checkpoint, Result.@Nullable Broken first) {
        if (size != checkpoint.size() || !Arrays.equals(root(), checkpoint.root())) {
            return new Result.Broken(
                    first == null ? 0 : first.position(), "hashes", "The hashes do not lead to the checkpoint's root.");
        }
        if (known != null && !Arrays.equals(known.root(), known.size() == 0 ? root(List.of()) : knownRoot)) {
            return new Result.Broken(
                    0,
                    "rewritten",
                    "The first %d entries are not those of the known checkpoint.".formatted(known.size()));
        }
        return first == null ? new Result.Whole(tenant, checkpoint.size(), trusted != null) : first;
    }

    private BundleLine.@Nullable Head head() throws IOException {
        BundleLine line = next();
        return line == null ? null : line.head();
    }

    private @Nullable BundleLine next() throws IOException {
        String line = lines.readLine();
        return line == null ? null : JSON.readValue(line, BundleLine.class);
    }

    private Result.@Nullable Broken hashes(String base64) {
        byte[] tile = CanonicalBase64.decode(base64);
        if (tile.length % Merkle.HASH != 0) {
            throw new IllegalArgumentException("not a whole number of hashes");
        }
        Result.Broken broken = entries < size ? missing(entries + 1) : null;
        entries = size;
        hashes = tile;
        for (int at = 0; at < tile.length; at += Merkle.HASH) {
            add(Arrays.copyOfRange(tile, at, at + Merkle.HASH));
        }
        return broken;
    }

    private Result.@Nullable Broken entry(String tenant, BundleLine.@Nullable Entry entry) {
        if (entry == null) {
            throw new IllegalArgumentException("neither hashes nor an entry");
        }
        long position = ++entries;
        if (position > size) {
            return new Result.Broken(
                    position, "added", "Entry %d is more than was sealed.".formatted(entry.sequence()));
        }
        int at = (int) ((position - 1) % Tile.WIDTH) * Merkle.HASH;
        byte[] sealed = Arrays.copyOfRange(hashes, at, at + Merkle.HASH);
        byte[] found = entry.leaf(tenant);
        if (Arrays.equals(sealed, found)) {
            return null;
        }
        int elsewhere = place(found);
        if (elsewhere >= 0) {
            long sequence = position - (position - 1) % Tile.WIDTH + elsewhere;
            return new Result.Broken(
                    position,
                    sequence == entry.sequence() && sequence == position + 1 ? "missing" : "reordered",
                    "Entry %d stands where entry %d was.".formatted(sequence, position));
        }
        return entry.sequence() == position
                ? new Result.Broken(position, "altered", "Entry %d is not what was sealed.".formatted(position))
                : entry.sequence() > position
                        ? missing(position)
                        : new Result.Broken(
                                position, "added", "Entry %d was never sealed.".formatted(entry.sequence()));
    }

    /** Where among the hashes at hand this one is; -1 if it is none of them. */
    private int place(byte[] hash) {
        for (int at = 0; at < hashes.length / Merkle.HASH; at++) {
            if (Arrays.equals(hashes, at * Merkle.HASH, (at + 1) * Merkle.HASH, hash, 0, Merkle.HASH)) {
                return at;
            }
        }
        return -1;
    }

    private static Result.Broken missing(long position) {
        return new Result.Broken(position, "missing", "Entry %d is missing.".formatted(position));
    }

    private void add(byte[] leaf) {
        byte[] hash = leaf;
        for (long complete = size; (complete & 1) == 1; complete >>= 1) {
            hash = Merkle.parent(peaks.removeLast(), hash);
        }
        peaks.add(hash);
        size++;
        if (known != null && known.size() == size) {
            knownRoot = root();
        }
    }

    private byte[] root() {
        return root(peaks);
    }

    private static byte[] root(List<byte[]> peaks) {
        if (peaks.isEmpty()) {
            return Merkle.root(0, (level, index) -> new byte[0]);
        }
        byte[] root = peaks.getLast();
        for (byte[] peak : peaks.subList(0, peaks.size() - 1).reversed()) {
            root = Merkle.parent(peak, root);
        }
        return root;
    }
}
