package platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A file that nobody else on the machine can read, from its first byte on. */
final class PrivateFile {

    private PrivateFile() {}

    static void write(Path file, String content) throws IOException {
        Path incomplete = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(incomplete);
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        var ours = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (var channel = Files.newByteChannel(incomplete, options, ours)) {
            channel.write(StandardCharsets.UTF_8.encode(content));
        }
        Files.move(incomplete, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
