package audit.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MerkleTest {

    /** The leaves that Certificate Transparency's implementations test with, in hexadecimal. */
    private static final List<String> KNOWN =
            List.of("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f");

    /** Their roots, by size; from the same source. */
    private static final Map<Integer, String> ROOTS = Map.of(
            0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    @Test
    void roots_are_those_of_certificate_transparency() {
        ROOTS.forEach((size, root) -> {
            List<byte[]> leaves = KNOWN.subList(0, size).stream()
                    .map(hex -> Merkle.leaf(HexFormat.of().parseHex(hex)))
                    .toList();
            assertThat(HexFormat.of().formatHex(grown(leaves).root())).isEqualTo(root);
        });
    }

    @Test
    void a_tree_of_any_size_has_the_root_that_the_definition_gives_it() {
        List<byte[]> leaves = leaves(1_100);
        Tree tree = tree();
        for (int size = 1; size <= leaves.size(); size++) {
            tree.add(leaves.get(size - 1));
            if (size < 70 || size % 37 == 0 || size % 256 < 2) {
                assertThat(tree.root()).as("size %d", size).isEqualTo(defined(leaves.subList(0, size)));
            }
        }
    }

    @Test
    void a_tree_of_several_levels_of_tiles_goes_on_from_what_was_stored() {
        List<byte[]> leaves = leaves(70_000);
        Map<Tree.Place, Tile> stored = new HashMap<>();
        for (int from = 0; from < leaves.size(); from += 999) {
            Tree tree = new Tree(from, stored::get);
            leaves.subList(from, Math.min(from + 999, leaves.size())).forEach(tree::add);
            stored.putAll(tree.changed());
        }
        Tree tree = new Tree(leaves.size(), stored::get);
        assertThat(tree.root()).isEqualTo(defined(leaves));
        assertThat(Merkle.root(65_537, tree)).isEqualTo(defined(leaves.subList(0, 65_537)));
    }

    @Test
    void every_leaf_is_proved_and_no_other_is() {
        List<byte[]> leaves = leaves(300);
        Tree tree = grown(leaves);
        for (int size : List.of(1, 2, 3, 7, 8, 9, 255, 256, 257, 300)) {
            byte[] root = Merkle.root(size, tree);
            for (int index = 0; index < size; index++) {
                List<byte[]> path = Merkle.inclusion(index, size, tree);
                assertThat(Merkle.rootBy(index, size, leaves.get(index), path).orElseThrow())
                        .as("%d of %d", index, size)
                        .isEqualTo(root);
                assertThat(Merkle.rootBy(index, size, leaves.get((index + 1) % 300), path)
                                .filter(by -> Arrays.equals(by, root)))
                        .isEmpty();
                if (size > 1) {
                    assertThat(Merkle.rootBy((index + 1) % size, size, leaves.get(index), path)
                                    .filter(by -> Arrays.equals(by, root)))
                            .isEmpty();
                }
            }
        }
    }

    @Test
    void every_earlier_tree_is_proved_and_a_forged_one_is_not() {
        List<byte[]> leaves = leaves(300);
        Tree tree = grown(leaves);
        for (int size : List.of(1, 2, 3, 6, 8, 13, 64, 257, 300)) {
            byte[] root = Merkle.root(size, tree);
            for (int earlier = 1; earlier <= size; earlier++) {
                byte[] before = Merkle.root(earlier, tree);
                List<byte[]> path = Merkle.consistency(earlier, size, tree);
                assertThat(Merkle.consistent(earlier, size, before, root, path))
                        .as("%d in %d", earlier, size)
                        .isTrue();
                assertThat(Merkle.consistent(earlier, size, changed(before), root, path))
                        .isFalse();
                assertThat(Merkle.consistent(earlier, size, before, changed(root), path))
                        .isFalse();
                if (!path.isEmpty()) {
                    List<byte[]> forged = new ArrayList<>(path);
                    forged.set(earlier % path.size(), changed(path.get(earlier % path.size())));
                    assertThat(Merkle.consistent(earlier, size, before, root, forged))
                            .isFalse();
                    assertThat(Merkle.consistent(earlier, size, before, root, path.subList(1, path.size())))
                            .isFalse();
                }
            }
        }
    }

    private static Tree tree() {
        return new Tree(0, place -> null);
    }

    private static Tree grown(List<byte[]> leaves) {
        Tree tree = tree();
        leaves.forEach(tree::add);
        return tree;
    }

    private static List<byte[]> leaves(int count) {
        List<byte[]> leaves = new ArrayList<>();
        for (int at = 0; at < count; at++) {
            leaves.add(Merkle.leaf(("leaf " + at).getBytes(StandardCharsets.UTF_8)));
        }
        return leaves;
    }

    /** RFC 6962, section 2.1, word for word. */
    private static byte[] defined(List<byte[]> leaves) {
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int split = 1;
        while (split * 2 < leaves.size()) {
            split *= 2;
        }
        return Merkle.parent(defined(leaves.subList(0, split)), defined(leaves.subList(split, leaves.size())));
    }

    private static byte[] changed(byte[] hash) {
        byte[] changed = hash.clone();
        changed[new Random(hash[0]).nextInt(32)] ^= 1;
        return changed;
    }
}
