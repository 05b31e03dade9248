package audit.proof;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tenancy.InvalidField;
import tenancy.NotFound;
import tenancy.TenantContext;
import tenancy.TenantTransactions;

/** Proofs over HTTP that a tenant's journal is whole. */
@RestController
@RequestMapping("/v1/journal")
class ProofsEndpoint {

    private static final Pattern TILE = Pattern.compile("([0-9]{3})(?:\\.p)?");

    private final SealedTrees trees;
    private final TenantTransactions transactions;

    ProofsEndpoint(SealedTrees trees, TenantTransactions transactions) {
        this.trees = trees;
        this.transactions = transactions;
    }

    /** Seals what was written so far, and gives size and root of the tree over it as a signed note (C2SP). */
    @GetMapping(path = "/checkpoint", produces = MediaType.TEXT_PLAIN_VALUE)
    @PreAuthorize("hasRole('AUDITOR')")
    String checkpoint(TenantContext context) {
        return trees.seal(context.tenant());
    }

    /** The key that signs checkpoints, as verifiers of signed notes take it. Keep it elsewhere than what it signs. */
    @GetMapping(path = "/verifier-key", produces = MediaType.TEXT_PLAIN_VALUE)
    @PreAuthorize("hasAnyRole('AUDITOR','OPERATOR')")
    String key() {
        return trees.key().line();
    }

    /** Proves that an entry is in the tree of this size; without a size, in all that is sealed. */
    @GetMapping("/inclusion")
    @PreAuthorize("hasRole('AUDITOR')")
    Inclusion inclusion(
            TenantContext context, @RequestParam long sequence, @RequestParam(required = false) @Nullable Long size) {
        String unused = trees.seal(context.tenant());
        return transactions.in(context.tenant(), () -> {
            Tree tree = tree(context, size);
            if (sequence < 1 || sequence > tree.size()) {
                throw new InvalidField("/sequence", "range", "must be 1 to the size of the tree, " + tree.size());
            }
            long index = sequence - 1;
            return new Inclusion(
                    index,
                    tree.size(),
                    base64(tree.node(0, index)),
                    Merkle.inclusion(index, tree.size(), tree).stream()
                            .map(ProofsEndpoint::base64)
                            .toList(),
                    base64(tree.root()));
        });
    }

    /** Proves that the tree of a later size begins with that of an earlier one. */
    @GetMapping("/consistency")
    @PreAuthorize("hasRole('AUDITOR')")
    Consistency consistency(
            TenantContext context, @RequestParam long from, @RequestParam(required = false) @Nullable Long size) {
        String unused = trees.seal(context.tenant());
        return transactions.in(context.tenant(), () -> {
            Tree tree = tree(context, size);
            if (from < 1 || from > tree.size()) {
                throw new InvalidField("/from", "range", "must be 1 to the size of the tree, " + tree.size());
            }
            return new Consistency(
                    from,
                    tree.size(),
                    Merkle.consistency(from, tree.size(), tree).stream()
                            .map(ProofsEndpoint::base64)
                            .toList(),
                    base64(Merkle.root(from, tree)),
                    base64(tree.root()));
        });
    }

    /**
     * A tile of the tree (C2SP tlog-tiles): up to 256 hashes of 32 bytes each.
     *
     * @param index in groups of three digits, such as {@code x001/234}; {@code .p/<width>} at its end for one that
     *     still grows
     */
    @GetMapping(path = "/tile/{level}/{*index}", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    @PreAuthorize("hasRole('AUDITOR')")
    byte[] tile(TenantContext context, @PathVariable int level, @PathVariable String index) {
        Asked asked = Asked.parse(index.substring(1));
        Tile tile = transactions.in(
                context.tenant(), () -> trees.tile(context.tenant(), new Tree.Place(level, asked.index())));
        if (tile == null || tile.width() < asked.width()) {
            throw new NotFound("tile", level + index);
        }
        return Arrays.copyOf(tile.hashes(), asked.width() * Merkle.HASH);
    }

    private record Asked(long index, int width) {

        static Asked parse(String path) {
            String[] parts = path.split("/");
            int width = Tile.WIDTH;
            int groups = parts.length;
            if (groups > 1 && parts[groups - 2].endsWith(".p") && parts[groups - 1].matches("[0-9]{1,3}")) {
                width = Integer.parseInt(parts[groups - 1]);
                groups--;
            }
            long index = 0;
            for (int at = 0; at < groups; at++) {
                boolean last = at == groups - 1;
                Matcher group = TILE.matcher(last ? parts[at] : parts[at].replaceFirst("^x", ""));
                if (groups > 5 || !group.matches() || !last && !parts[at].startsWith("x")) {
                    throw wrong();
                }
                index = index * 1_000 + Long.parseLong(group.group(1));
            }
            if (width < 1 || width > Tile.WIDTH) {
                throw wrong();
            }
            return new Asked(index, width);
        }

        private static InvalidField wrong() {
            return new InvalidField("/index", "tile", "must be a tile's index as in tlog-tiles, such as x001/234.p/8");
        }
    }

    /** The tree as it was at a size, or as far as it is sealed. */
    private Tree tree(TenantContext context, @Nullable Long size) {
        long sealed = trees.size(context.tenant());
        if (size != null && (size < 1 || size > sealed)) {
            throw new InvalidField("/size", "range", "must be 1 to what is sealed, " + sealed);
        }
        return trees.tree(context.tenant(), size == null ? sealed : size);
    }

    private static String base64(byte[] hash) {
        return Base64.getEncoder().encodeToString(hash);
    }

    /**
     * @param leafIndex the entry's sequence less one
     * @param hashes from the leaf upwards (RFC 6962, section 2.1.1), Base64
     */
    record Inclusion(long leafIndex, long treeSize, String leafHash, List<String> hashes, String rootHash) {}

    /** @param hashes as RFC 6962, section 2.1.2, orders them, Base64 */
    record Consistency(long from, long treeSize, List<String> hashes, String fromRootHash, String rootHash) {}
}
