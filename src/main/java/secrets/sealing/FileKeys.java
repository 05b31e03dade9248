package secrets.sealing;

import com.google.crypto.tink.AccessesPartialKey;
import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Wrapping keys in a file beside the data, for those who have nothing better: made once, never overwritten. */
final class FileKeys implements WrappingKeys {

    private static final Set<PosixFilePermission> OURS = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private final Path file;
    private volatile @Nullable KeysetHandle lastRead;

    FileKeys(Path file) {
        this.file = file.toAbsolutePath();
    }

    @Override
    public Source source() {
        return Source.FILE;
    }

    @Override
    public List<String> names() {
        return read().map(FileKeys::names).orElse(List.of());
    }

    private static List<String> names(KeysetHandle keys) {
        return IntStream.range(0, keys.size())
                .mapToObj(at -> name(keys.getAt(at).getId()))
                .toList();
    }

    private static String name(int id) {
        return Source.FILE.name(Keysets.word(id));
    }

    /** From memory, and anew from the file if it is not there: another node may have added it. */
    @Override
    public Optional<Aead> key(String name) {
        KeysetHandle known = lastRead;
        Optional<Aead> key = known == null ? Optional.empty() : key(known, name);
        return key.isPresent() ? key : read().flatMap(keys -> key(keys, name));
    }

    @AccessesPartialKey
    private Optional<Aead> key(KeysetHandle keys, String name) {
        for (int at = 0; at < keys.size(); at++) {
            if (name(keys.getAt(at).getId()).equals(name)) {
                try {
                    return Optional.of(
                            Keysets.aead(keys.getAt(at).getKey(), keys.getAt(at).getId()));
                } catch (GeneralSecurityException unknown) {
                    throw notKeys(unknown);
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public String first() {
        Optional<KeysetHandle> there = read();
        if (there.isPresent()) {
            return name(there.get().getPrimary().getId());
        }
        try {
            KeysetHandle made = Keysets.newKey();
            write(made);
            return name(made.getPrimary().getId());
        } catch (FileAlreadyExistsException made) {
            return name(read().orElseThrow(() -> unwritable(made)).getPrimary().getId());
        } catch (IOException | GeneralSecurityException failed) {
            throw unwritable(failed);
        }
    }

    @Override
    public Optional<String> next(Set<String> used) {
        KeysetHandle there = read().orElseThrow(this::missing);
        try {
            KeysetHandle more = Keysets.withNewKey(there);
            write(more, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return Optional.of(name(more.getPrimary().getId()));
        } catch (IOException | GeneralSecurityException failed) {
            throw unwritable(failed);
        }
    }

    @Override
    public boolean destroy(String name) {
        KeysetHandle there = read().orElseThrow(this::missing);
        try {
            for (int at = 0; at < there.size(); at++) {
                int id = there.getAt(at).getId();
                if (name(id).equals(name)) {
                    write(
                            Keysets.without(there, id),
                            StandardCopyOption.ATOMIC_MOVE,
                            StandardCopyOption.REPLACE_EXISTING);
                    return true;
                }
            }
            return true;
        } catch (IOException | GeneralSecurityException failed) {
            throw unwritable(failed);
        }
    }

    private Optional<KeysetHandle> read() {
        try {
            String text = Files.readString(file);
            refuseIfOpen();
            KeysetHandle keys = Keysets.ofJson(text);
            lastRead = keys;
            return Optional.of(keys);
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (AccessDeniedException denied) {
            throw new SealingUnusable(
                    "The file of wrapping keys %s cannot be read.".formatted(file),
                    "Give it to the user that runs the platform: chown, then chmod 600.",
                    denied);
        } catch (IOException | GeneralSecurityException broken) {
            throw notKeys(broken);
        }
    }

    private void refuseIfOpen() throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view != null && !OURS.containsAll(view.readAttributes().permissions())) {
            throw new SealingUnusable(
                    "The file of wrapping keys %s is open to other users of this machine.".formatted(file),
                    "Run chmod 600 on it, start again, and rotate the keys: others may have read them.");
        }
    }

    /** Whole or not at all, and private from its first byte on; durable before anything is wrapped with what is in it. */
    private void write(KeysetHandle keys, CopyOption... how) throws IOException, GeneralSecurityException {
        Path directory = Files.createDirectories(file.getParent());
        // Private to its owner, as the JDK makes them.
        Path incomplete = Files.createTempFile(directory, "sealing-", ".new");
        try {
            try (FileChannel channel = FileChannel.open(incomplete, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(Keysets.json(keys));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(incomplete, file, how);
        } finally {
            Files.deleteIfExists(incomplete);
        }
        try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
            entries.force(true);
        }
        lastRead = keys;
    }

    private SealingUnusable missing() {
        return new SealingUnusable(
                "The file of wrapping keys %s is missing.".formatted(file),
                "Put it back from where you keep a copy, or name it in firebreak.sealing.file.");
    }

    private SealingUnusable notKeys(Exception why) {
        // The parser's words may hold what it read.
        return new SealingUnusable(
                "The file %s holds no wrapping keys (%s)."
                        .formatted(file, why.getClass().getSimpleName()),
                "Put back the right one, or name it in firebreak.sealing.file.");
    }

    private SealingUnusable unwritable(Exception why) {
        return new SealingUnusable(
                "The file of wrapping keys %s cannot be written (%s)."
                        .formatted(file, why.getClass().getSimpleName()),
                "Let the platform's user write there, or name another place in firebreak.sealing.file.",
                why);
    }
}
