package audit.proof;

import java.util.Arrays;

/**
 * Up to 256 hashes in a row, as C2SP tlog-tiles stores them: those of level 0 are leaves' hashes, each one of a higher
 * level is the root over a full tile of the level below.
 *
 * @param hashes 32 bytes each, in order
 */
@SuppressWarnings("ArrayRecordComponent") // written and read as they are, never compared
record Tile(int level, long index, byte[] hashes) {

    static final int WIDTH = 256;
    static final int HEIGHT = 8;

    int width() {
        return hashes.length / Merkle.HASH;
    }

    byte[] hash(int at) {
        return Arrays.copyOfRange(hashes, at * Merkle.HASH, (at + 1) * Merkle.HASH);
    }

    /** The hash over {@code 2^height} of these, from {@code 2^height * at} on. */
    byte[] node(int height, int at) {
        return height == 0 ? hash(at) : Merkle.parent(node(height - 1, 2 * at), node(height - 1, 2 * at + 1));
    }

    Tile with(byte[] hash) {
        byte[] longer = Arrays.copyOf(hashes, hashes.length + Merkle.HASH);
        System.arraycopy(hash, 0, longer, hashes.length, Merkle.HASH);
        return new Tile(level, index, longer);
    }
}
