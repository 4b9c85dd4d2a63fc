package io.freshet.app.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** Overwrites bytes of RocksDB's files while the streams role is not running. */
final class DamagedStore implements Fault {
    private static final int PLACES = 8;
    private static final int BYTES = 64;

    @Override
    public Map<String, String> settings() {
        // Small enough that RocksDB writes files while it runs.
        return Map.of("streams.rocksdb.write.buffer.bytes", "1048576");
    }

    @Override
    public String strike(FaultRun run) throws Exception {
        RoleProcess streams = run.role("streams");
        streams.end();
        List<Path> files = tables(run.stateOf(streams.name()));
        assertThat(files).as("SST files").isNotEmpty();
        for (Path file : files) {
            damage(file, run.random());
        }
        streams.startAgain();
        return "bytes of " + files.size() + " SST files overwritten while streams was stopped";
    }

    private static List<Path> tables(Path state) throws IOException {
        try (Stream<Path> files = Files.walk(state)) {
            return files.filter(file -> file.toString().endsWith(".sst"))
                    .sorted()
                    .toList();
        }
    }

    private static void damage(Path file, Random random) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            byte[] noise = new byte[BYTES];
            for (int i = 0; i < PLACES; i++) {
                random.nextBytes(noise);
                open.seek(random.nextLong(Math.max(1, open.length() - BYTES)));
                open.write(noise);
            }
        }
    }
}
