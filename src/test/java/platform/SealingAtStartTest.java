package platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The platform with the wrong keys, as an operator meets it: it says what to do, and changes nothing. */
class SealingAtStartTest {

    @TempDir
    Path directory;

    @Test
    void keys_that_are_missing_or_open_stop_the_start_though_no_tenant_has_sealed_anything() throws Exception {
        PlatformProcess.start(directory).close();
        Path file = directory.resolve("sealing-keys.json");
        byte[] made = Files.readAllBytes(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> PlatformProcess.start(directory))
                .hasMessageContaining("APPLICATION FAILED TO START")
                .hasMessageContaining("chmod 600");
        assertThat(file).hasBinaryContent(made);

        Files.delete(file);
        assertThatThrownBy(() -> PlatformProcess.start(directory))
                .hasMessageContaining("APPLICATION FAILED TO START")
                .hasMessageContaining("Put the file of wrapping keys back");
        assertThat(file).doesNotExist();
    }
}
