package audit.proof;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Merkle trees as RFC 6962 (section 2.1) and RFC 9162 (section 2.1) define them, with SHA-256. Hashes are 32 bytes; a
 * tree's leaves are numbered from 0.
 */
final class Merkle {

    static final int HASH = 32;

    /** The hashes that a tree is made of. */
    interface Hashes {
        /**
         * The hash over the complete subtree of {@code 2^level} leaves that starts at leaf {@code index * 2^level}; level
         * 0 are the leaves' own hashes.
         */
        byte[] node(int level, long index);
    }

    private Merkle() {}

    static byte[] leaf(byte[] entry) {
        MessageDigest digest = sha256();
        digest.update((byte) 0);
        return digest.digest(entry);
    }

    static byte[] parent(byte[] left, byte[] right) {
        MessageDigest digest = sha256();
        digest.update((byte) 1);
        digest.update(left);
        return digest.digest(right);
    }

    /** The hash over the first {@code size} leaves; the hash of nothing for an empty tree. */
    static byte[] root(long size, Hashes hashes) {
        return size == 0 ? sha256().digest() : range(0, size, hashes);
    }

    /** What a verifier needs beside a leaf's own hash to compute the root over {@code size} leaves. */
    static List<byte[]> inclusion(long index, long size, Hashes hashes) {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("no leaf %d of %d".formatted(index, size));
        }
        List<byte[]> path = new ArrayList<>();
        long from = 0;
        long until = size;
        while (until - from > 1) {
            long split = from + split(until - from);
            if (index < split) {
                path.add(range(split, until, hashes));
                until = split;
            } else {
                path.add(range(from, split, hashes));
                from = split;
            }
        }
        return path.reversed();
    }

    /** What a verifier needs to see that the tree of {@code size} leaves begins with that of {@code earlier} ones. */
    static List<byte[]> consistency(long earlier, long size, Hashes hashes) {
        if (earlier < 1 || earlier > size) {
            throw new IllegalArgumentException("no earlier tree of %d in one of %d".formatted(earlier, size));
        }
        List<byte[]> path = new ArrayList<>();
        long from = 0;
        long until = size;
        boolean known = true;
        while (earlier != until) {
            long split = from + split(until - from);
            if (earlier <= split) {
                path.add(range(split, until, hashes));
                until = split;
            } else {
                path.add(range(from, split, hashes));
                from = split;
                known = false;
            }
        }
        if (!known) {
            path.add(range(from, until, hashes));
        }
        return path.reversed();
    }

    /** The root that an inclusion path leads to (RFC 9162, section 2.1.3.2); empty if the path has a wrong length. */
    static Optional<byte[]> rootBy(long index, long size, byte[] leaf, List<byte[]> path) {
        if (index < 0 || index >= size) {
            return Optional.empty();
        }
        long place = index;
        long last = size - 1;
        byte[] hash = leaf;
        for (byte[] beside : path) {
            if (last == 0) {
                return Optional.empty();
            }
            if ((place & 1) == 1 || place == last) {
                hash = parent(beside, hash);
                while ((place & 1) == 0 && place != 0) {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                hash = parent(hash, beside);
            }
            place >>= 1;
            last >>= 1;
        }
        return last == 0 ? Optional.of(hash) : Optional.empty();
    }

    /** Whether the path proves that one tree begins with the other (RFC 9162, section 2.1.4.2). */
    static boolean consistent(long earlier, long size, byte[] earlierRoot, byte[] root, List<byte[]> path) {
        if (earlier == size) {
            return path.isEmpty() && Arrays.equals(earlierRoot, root);
        }
        if (earlier < 1 || earlier > size || path.isEmpty()) {
            return false;
        }
        List<byte[]> hashes = new ArrayList<>(path);
        if (Long.bitCount(earlier) == 1) {
            hashes.addFirst(earlierRoot);
        }
        long place = earlier - 1;
        long last = size - 1;
        while ((place & 1) == 1) {
            place >>= 1;
            last >>= 1;
        }
        byte[] old = hashes.getFirst();
        byte[] now = hashes.getFirst();
        for (byte[] beside : hashes.subList(1, hashes.size())) {
            if (last == 0) {
                return false;
            }
            if ((place & 1) == 1 || place == last) {
                old = parent(beside, old);
                now = parent(beside, now);
                while ((place & 1) == 0 && place != 0) {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                now = parent(now, beside);
            }
            place >>= 1;
            last >>= 1;
        }
        return last == 0 && Arrays.equals(old, earlierRoot) && Arrays.equals(now, root);
    }

    /** Over any range that starts where a subtree of its size may: split where the RFC splits. */
    private static byte[] range(long from, long until, Hashes hashes) {
        long size = until - from;
        if (Long.bitCount(size) == 1) {
            int level = Long.numberOfTrailingZeros(size);
            return hashes.node(level, from >> level);
        }
        long split = from + split(size);
        return parent(range(from, split, hashes), range(split, until, hashes));
    }

    /** The largest power of two that is smaller. */
    private static long split(long size) {
        return Long.highestOneBit(size - 1);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("Every JDK has SHA-256", missing);
        }
    }
}
