package audit.proof;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One tenant's tree while leaves are added to it: reads the tiles it needs, and remembers those it changed. */
final class Tree implements Merkle.Hashes {

    /** Where a tile is: its level and its index in it. */
    record Place(int level, long index) {}

    private final Function<Place, @Nullable Tile> stored;
    private final Map<Place, Tile> read = new HashMap<>();
    private final Map<Place, Tile> changed = new LinkedHashMap<>();
    private long size;

    /** @param stored gives a tile as it is stored; null if there is none */
    Tree(long size, Function<Place, @Nullable Tile> stored) {
        this.size = size;
        this.stored = stored;
    }

    long size() {
        return size;
    }

    Map<Place, Tile> changed() {
        return changed;
    }

    void add(byte[] leaf) {
        put(0, size, leaf);
        size++;
    }

    /** A tile that this fills is a hash of the level above. */
    private void put(int level, long index, byte[] hash) {
        Place place = new Place(level, index / Tile.WIDTH);
        Tile tile = index % Tile.WIDTH == 0
                ? new Tile(level, place.index(), hash)
                : tile(place).with(hash);
        read.put(place, tile);
        changed.put(place, tile);
        if (tile.width() == Tile.WIDTH) {
            put(level + 1, place.index(), tile.node(Tile.HEIGHT, 0));
        }
    }

    byte[] root() {
        return Merkle.root(size, this);
    }

    @Override
    public byte[] node(int level, long index) {
        int row = level / Tile.HEIGHT;
        int height = level % Tile.HEIGHT;
        long first = index << height;
        return tile(new Place(row, first / Tile.WIDTH)).node(height, (int) ((first % Tile.WIDTH) >> height));
    }

    Tile tile(Place place) {
        return read.computeIfAbsent(place, wanted -> {
            Tile tile = stored.apply(wanted);
            if (tile == null) {
                throw new IllegalStateException("The tree of the journal has no tile %s".formatted(wanted));
            }
            return tile;
        });
    }
}
