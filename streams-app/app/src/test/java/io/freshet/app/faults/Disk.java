package io.freshet.app.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** A small in-memory file system mounted on a folder. Requires root. */
final class Disk implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofMinutes(1);
    private static final String SIZE = "size=96m";

    private final Path place;

    private Disk(Path place) {
        this.place = place;
    }

    /** Skips the test if this machine cannot mount a file system. */
    static void assumePossible() {
        try {
            Path folder = Files.createTempDirectory("freshet-disk");
            try {
                mount(folder).close();
            } finally {
                Files.delete(folder);
            }
        } catch (IOException | AssertionError e) {
            assumeTrue(false, "no right to mount a tmpfs, which takes root on Linux");
        }
    }

    static Disk mount(Path place) throws IOException {
        Files.createDirectories(place);
        require("mount", "-t", "tmpfs", "-o", SIZE, "freshet-faults", place.toString());
        return new Disk(place);
    }

    /** Writes until the file system is full. */
    void fill() throws IOException {
        byte[] block = new byte[64 << 10];
        try (OutputStream out = Files.newOutputStream(filler())) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertThat(Files.getFileStore(place).getUsableSpace())
                    .as("space left after %s", e)
                    .isLessThan(block.length);
        }
    }

    /** Deletes what {@link #fill()} wrote. */
    void free() throws IOException {
        Files.delete(filler());
    }

    private Path filler() {
        return place.resolve("filler");
    }

    /** Remounts the file system read-only, as soon as no file is open for writing. */
    void makeReadOnly() {
        await("read-only " + place)
                .atMost(TIMEOUT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> remount("ro"));
    }

    void makeWritable() throws IOException {
        assertThat(remount("rw")).isTrue();
    }

    private boolean remount(String how) throws IOException {
        return run("mount", "-o", "remount," + how, place.toString()) == 0;
    }

    @Override
    public void close() throws IOException {
        require("umount", "--lazy", place.toString());
    }

    private static void require(String... command) throws IOException {
        assertThat(run(command)).as("exit code of %s", Arrays.toString(command)).isZero();
    }

    private static int run(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted before the end of " + Arrays.toString(command), e);
        }
    }
}
