package io.freshet.training.step;

import io.freshet.fuzz.BinaryMutator;
import io.freshet.fuzz.Fuzz;
import io.freshet.model.cooccurrence.CooccurrenceConfig;
import io.freshet.model.cooccurrence.CooccurrenceFile;
import io.freshet.model.cooccurrence.CooccurrenceModel;
import io.freshet.store.format.FormatException;
import io.freshet.store.sequence.EventClock;
import io.freshet.training.metrics.ModelMetrics;
import io.freshet.training.metrics.PrequentialFile;
import io.freshet.training.replaybuffer.ReplayFile;
import io.freshet.training.replaybuffer.ReplayReservoir;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs {@link Fuzz} on every decoder of this module: those of a snapshot's files other than the tensors and the
 * vocabulary.
 *
 * <p>Bounds on allocation: the constant covers the file's buffers, and tables whose size the vocabulary determines.
 * The time of an item, one byte in the file, takes eight bytes twice. An item of the memory with one neighbour, five
 * bytes in the file, takes about 100 bytes. A slot of the reservoir, which has two bytes in the file, allocates as
 * many positions as the file states, up to the 4,096 that {@link ReplayFile} allows, with a row and a weight of four
 * bytes each.
 */
final class TrainerFuzzTest {
    private static final int ITEM_ROWS = 301;
    private static final long RETENTION_MS = 1_000;

    @TempDir
    Path folder;

    /** Writes a value as a new file. */
    @FunctionalInterface
    private interface Writer<T> {
        void write(Path file, T value) throws IOException;
    }

    /** Reads a whole file. */
    @FunctionalInterface
    private interface Reader<T> {
        T read(Path file) throws IOException;
    }

    /** Writes a new file, because overwriting an existing one can take as long as syncing it to disk. */
    private Path newFile(byte[] content) throws IOException {
        Path file = folder.resolve("fuzzed");
        Files.deleteIfExists(file);
        return Files.write(file, content);
    }

    private <T> byte[] written(Writer<T> writer, T value) throws IOException {
        Path file = folder.resolve("written");
        Files.deleteIfExists(file);
        writer.write(file, value);
        return Files.readAllBytes(file);
    }

    private <T> Fuzz<T> files(String name, Reader<T> reader, Writer<T> writer) {
        return Fuzz.of(name, input -> reader.read(newFile(input)))
                .damagedBy(BinaryMutator.OF_RECORDS)
                .mayThrow(FormatException.class)
                .encodedBy(value -> written(writer, value))
                .sameIf((a, b) -> same(writer, a, b));
    }

    private <T> boolean same(Writer<T> writer, T a, T b) {
        try {
            return Arrays.equals(written(writer, a), written(writer, b));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldReadOrRefuseItemAgesWhenTheyAreDamaged() {
        ItemAges ages = new ItemAges(RETENTION_MS);
        for (int row = 0; row < 20; row++) {
            ages.begin(row, 1_700_000_000_000L + row);
            ages.click(row, "u" + row, 1_700_000_000_100L + row);
        }
        Fuzz.of("item ages", input -> ItemAgesFile.decode(input, ITEM_ROWS, RETENTION_MS))
                .from(
                        ItemAgesFile.encode(ages),
                        ItemAgesFile.encode(new ItemAges(RETENTION_MS, new long[3], new EventClock(), 0)),
                        HexFormat.of().parseHex("464101" + "8080d0f8f962" + "00" + "020105" + "afd29d2b"))
                .damagedBy(BinaryMutator.OF_RECORDS)
                .mayThrow(FormatException.class)
                .encodedBy(ItemAgesFile::encode)
                .sameIf((a, b) -> Arrays.equals(ItemAgesFile.encode(a), ItemAgesFile.encode(b)))
                .allocatingAtMost(1 << 16, 64)
                .run();
    }

    @Test
    void shouldReadOrRefuseSessionsOfUsersWhenTheyAreDamaged() {
        UserSessions sessions = new UserSessions();
        for (int click = 0; click < 60; click++) {
            sessions.add("u" + click % 7, click / 9, click % ITEM_ROWS, 300 + click);
        }
        Fuzz.of("sessions of users", input -> UserSessions.decode(input, ITEM_ROWS))
                .from(sessions.encode(), new UserSessions().encode())
                .damagedBy(BinaryMutator.OF_RECORDS)
                .mayThrow(FormatException.class)
                .encodedBy(UserSessions::encode)
                .sameIf((a, b) -> Arrays.equals(a.encode(), b.encode()))
                .allocatingAtMost(1 << 16, 128)
                .run();
    }

    @Test
    void shouldReadOrRefuseMemoriesWhenTheyAreDamaged() throws IOException {
        memories().run();
    }

    private Fuzz<CooccurrenceModel> memories() throws IOException {
        CooccurrenceModel memory = new CooccurrenceModel(new CooccurrenceConfig(3, 4, 10));
        Random shop = new Random(7);
        for (int click = 0; click < 40; click++) {
            memory.observe(shop.ints(4, 0, ITEM_ROWS).toArray(), 0, 4, shop.nextInt(10));
        }
        return files("co-occurrence memory", file -> CooccurrenceFile.read(file, ITEM_ROWS), CooccurrenceFile::write)
                .from(
                        written(CooccurrenceFile::write, memory),
                        written(CooccurrenceFile::write, new CooccurrenceModel(CooccurrenceConfig.DEFAULT)))
                .allocatingAtMost(1 << 16, 128);
    }

    @Test
    void shouldReadOrRefuseFiguresWhenTheyAreDamaged() throws IOException {
        figures().run();
    }

    /** Decodes an empty window of up to 2^31 - 1 events. */
    @Test
    void shouldTakeNoMemoryForAWindowThatIsNotFilled() throws IOException {
        String empty = "01" + "0000" + "ffffffff07" + "00";
        figures().check(BinaryMutator.sealed(HexFormat.of().parseHex("464502" + empty.repeat(3) + "00000000")));
    }

    private Fuzz<ModelMetrics> figures() throws IOException {
        ModelMetrics metrics = ModelMetrics.none(10, 20);
        for (int event = 1; event < 50; event++) {
            metrics.served().observe(event % 13 + 1);
            metrics.network().observe(event % 7 + 1);
        }
        return files("prequential metrics", PrequentialFile::read, PrequentialFile::write)
                .from(
                        written(PrequentialFile::write, metrics),
                        written(PrequentialFile::write, ModelMetrics.none(1, 1)),
                        HexFormat.of().parseHex("464501" + "02" + "010002" + "02" + "020200" + "7cbb71d8"))
                .allocatingAtMost(1 << 16, 64);
    }

    @Test
    void shouldReadOrRefuseReservoirsWhenTheyAreDamaged() throws IOException {
        reservoirs().run();
    }

    /** Decodes a reservoir of one user with up to 2^31 - 9 positions, which would fit into one array. */
    @Test
    void shouldTakeNoMemoryForPositionsThatNoUserHas() throws IOException {
        String header = "01" + "f7ffffff07" + "0000000000000000" + "00";
        reservoirs().check(BinaryMutator.sealed(HexFormat.of().parseHex("465201" + header + "00" + "00000000")));
        reservoirs().check(BinaryMutator.sealed(HexFormat.of().parseHex("465202" + header + "00" + "00" + "00000000")));
    }

    private Fuzz<ReplayReservoir> reservoirs() throws IOException {
        ReplayReservoir alike = new ReplayReservoir(8, 3, -2);
        alike.put("a", new int[] {5, 1}, 0, 2);
        alike.put("ü", new int[] {300, 0, 7}, 0, 3);
        ReplayReservoir weighted = new ReplayReservoir(2, 3, 1);
        weighted.put("a", new int[] {9, 5, 1}, new float[] {9, 0, 1}, 1, 3);
        weighted.put("b", new int[] {300, 0, 7}, new float[] {4, 1, 0}, 0, 3);
        weighted.put("c", new int[] {3, 4}, new float[] {4, 1}, 0, 2);
        return files("replay reservoir", file -> ReplayFile.read(file, ITEM_ROWS), ReplayFile::write)
                .from(written(ReplayFile::write, alike), written(ReplayFile::write, weighted))
                .allocatingAtMost(1 << 17, 1 << 14);
    }
}
