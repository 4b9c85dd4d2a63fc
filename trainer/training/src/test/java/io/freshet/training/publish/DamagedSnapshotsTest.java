package io.freshet.training.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.tensor.Lanes;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotCorruptException;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.SnapshotStoreException;
import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatVersionException;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.step.ClickStream;
import io.freshet.training.step.OnlineLearner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests how a trainer continues when a file of its newest snapshot is damaged. */
final class DamagedSnapshotsTest {
    private static final ModelConfig MODEL = new ModelConfig(new SasRecConfig(Lanes.WIDTH, 12, 1, 1), .1f, 7);
    private static final OnlineConfig CONFIG =
            OnlineConfig.defaults("shop", MODEL, TrainingConfig.defaults(1), Map.of());
    private static final String MANIFEST = Manifest.FILE_NAME;
    private static final List<String> FILES = List.of(
            "ages.bin",
            "items-00000.safetensors",
            "memory.bin",
            "moments-00000.safetensors",
            "optimizer.safetensors",
            "prequential.bin",
            "replay.bin",
            "sessions.bin",
            "vocabulary.txt",
            "weights.safetensors");

    @TempDir
    private Path folder;

    private SnapshotStore store;
    private Snapshots snapshots;
    private Manifest before;

    @BeforeEach
    void saveOne() throws IOException {
        store = new FileSnapshotStore(folder);
        snapshots = new Snapshots(store, CONFIG);
        before = save(1, "");
    }

    /** Ways in which a file can be damaged. */
    enum Damage {
        CUT {
            @Override
            byte[] of(byte[] bytes, byte[] others) {
                return Arrays.copyOf(bytes, bytes.length - 1);
            }
        },
        FLIPPED_BIT {
            @Override
            byte[] of(byte[] bytes, byte[] others) {
                byte[] flipped = bytes.clone();
                flipped[bytes.length / 2] ^= 1;
                return flipped;
            }
        },
        SWAPPED {
            @Override
            byte[] of(byte[] bytes, byte[] others) {
                return others;
            }
        };

        abstract byte[] of(byte[] bytes, byte[] others);
    }

    static Stream<Arguments> damages() {
        return Stream.concat(FILES.stream(), Stream.of(MANIFEST))
                .flatMap(file -> Arrays.stream(Damage.values()).map(damage -> arguments(file, damage)));
    }

    @Test
    void shouldKnowEveryFileOfASnapshot() {
        assertThat(before.files()).extracting(file -> file.name()).containsExactlyElementsOf(FILES);
    }

    @Test
    void shouldTakeANewerOneWhenAnotherTrainerDeletesWhatWasListed() throws IOException {
        List<Manifest> newer = new ArrayList<>();

        StartingPoint restored = Objects.requireNonNull(snapshots.restoreNewest(manifest -> {
            if (newer.isEmpty()) {
                newer.add(saveAndDelete(manifest));
            }
            return true;
        }));

        assertThat(restored.version()).isEqualTo(newer.getFirst().version());
        assertThat(snapshots.refused()).isZero();
    }

    private Manifest saveAndDelete(Manifest old) {
        try {
            Manifest saved = save(2, "");
            store.delete(old.model(), old.version());
            return saved;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("damages")
    void shouldGoOnFromTheSnapshotBeforeWhenAFileIsDamaged(String name, Damage damage) throws IOException {
        Manifest damaged = save(2, "");
        Path file = file(damaged, name);
        Files.write(file, damage.of(Files.readAllBytes(file), Files.readAllBytes(file(before, name))));

        assertThatThrownBy(() -> snapshots.restore(damaged.version()))
                .isInstanceOf(SnapshotCorruptException.class)
                .hasMessageContaining(file.toString());
        assertGoesOnFromBefore();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ages.bin", "memory.bin", "prequential.bin", "replay.bin", "sessions.bin", "vocabulary.txt"})
    void shouldGoOnFromTheSnapshotBeforeWhenAFileIsOfANewerVersion(String name) throws IOException {
        Manifest newer = save(2, name);

        assertThatThrownBy(() -> snapshots.restore(newer.version()))
                .isInstanceOf(FormatVersionException.class)
                .hasMessageContaining(file(newer, name).toString())
                .hasMessageContaining("version=9, newest readable version=");
        assertGoesOnFromBefore();
    }

    /** The digests are valid, as if a program without checks had written the snapshot. */
    @ParameterizedTest
    @CsvSource({
        "items-00000.safetensors, items",
        "weights.safetensors, final_norm.gain",
        "moments-00000.safetensors, items.first",
        "optimizer.safetensors, dense.second",
    })
    void shouldGoOnFromTheSnapshotBeforeWhenATensorIsNotFinite(String name, String tensor) throws IOException {
        Manifest wrong = save(2, name, bytes -> withNaN(bytes, tensor));

        assertThatThrownBy(() -> snapshots.restore(wrong.version()))
                .isInstanceOf(CorruptFormatException.class)
                .hasMessageContaining("tensor must hold finite numbers: name=" + tensor)
                .hasMessageContaining("value=NaN");
        assertGoesOnFromBefore();
    }

    @Test
    void shouldGoOnFromTheSnapshotOfTheNewerLineageWhenBothAreOfTheSameStep() throws IOException {
        Manifest otherwise = saveOtherwise(0);
        for (int item = 1; otherwise.version().compareTo(before.version()) > 0; item++) {
            store.delete("shop", otherwise.version());
            otherwise = saveOtherwise(item);
        }
        assertThat(store.versions("shop")).containsExactly(otherwise.version(), before.version());

        StartingPoint start = snapshots.newest(manifest -> true);

        assertThat(start.manifest()).isEqualTo(otherwise);
        assertThat(start.learner().model().lineage()).isEqualTo(2);
        close(start);
    }

    private Manifest saveOtherwise(int item) throws IOException {
        try (OnlineLearner learner = OnlineLearner.initial(MODEL, CONFIG.training(), CONFIG.learning())) {
            learner.step(List.of(new ClickStream().click("anna", "other-" + item)));
            learner.model().joinLineage(2);
            return save(learner, false);
        }
    }

    @Test
    void shouldNotGoOnFromAHeldSnapshotWhereAnOlderOneCanBeContinued() throws IOException {
        Manifest held = saveHeld(2);
        Manifest heldToo = saveHeld(3);

        StartingPoint good = snapshots.newest(before::equals);
        assertThat(good.manifest()).isEqualTo(before);
        close(good);
        StartingPoint last = snapshots.newest(manifest -> false);
        assertThat(last.manifest()).isEqualTo(heldToo);
        close(last);
        store.delete("shop", before.version());
        store.delete("shop", heldToo.version());
        StartingPoint only = snapshots.newest(manifest -> true);
        assertThat(only.manifest()).isEqualTo(held);
        close(only);
    }

    private Manifest saveHeld(int steps) throws IOException {
        try (OnlineLearner learner = afterSteps(steps)) {
            return save(learner, true);
        }
    }

    private Manifest save(OnlineLearner learner, boolean held) throws IOException {
        SnapshotFiles files = new SnapshotFiles();
        learner.addTo(files);
        return store.save(draft(learner, held), files);
    }

    private static byte[] withNaN(byte[] file, String tensor) {
        ByteBuffer bytes = ByteBuffer.wrap(file.clone()).order(ByteOrder.LITTLE_ENDIAN);
        int header = (int) bytes.getLong(0);
        String json = new String(file, Long.BYTES, header, UTF_8);
        Matcher offsets = Pattern.compile("\"" + Pattern.quote(tensor) + "[^}]*\"data_offsets\":\\[(\\d+),(\\d+)]")
                .matcher(json);
        assertThat(offsets.find()).as("%s in %s", tensor, json).isTrue();
        bytes.putFloat(Long.BYTES + header + Integer.parseInt(offsets.group(2)) - Float.BYTES, Float.NaN);
        return bytes.array();
    }

    @Test
    void shouldGoOnFromTheSnapshotBeforeWhenTheManifestIsOfANewerVersion() throws IOException {
        Manifest newer = save(2, "");
        Path file = file(newer, MANIFEST);
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("\"format_version\" : " + Manifest.FORMAT_VERSION, "\"format_version\" : 9"));

        assertThatThrownBy(() -> snapshots.restore(newer.version()))
                .isInstanceOf(FormatVersionException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("version=9, newest readable version=" + Manifest.FORMAT_VERSION);
        assertGoesOnFromBefore();
    }

    @Test
    void shouldBeginFromNothingOnlyWhenTheStoreSaysThatThereIsNothing() throws IOException {
        SnapshotStore away = new Unreachable(store);
        assertThatThrownBy(() -> new Snapshots(away, CONFIG).newest(manifest -> true))
                .isInstanceOf(SnapshotStoreException.class);
        store.delete("shop", before.version());
        StartingPoint nothing = snapshots.newest(manifest -> true);
        assertThat(nothing.manifest()).isNull();
        close(nothing);
    }

    private void assertGoesOnFromBefore() throws IOException {
        StartingPoint start = snapshots.newest(manifest -> true);
        assertThat(start.manifest()).isEqualTo(before);
        assertThat(start.learner().model().step()).isEqualTo(1);
        assertThat(snapshots.refused()).isEqualTo(1);
        close(start);
    }

    private static void close(StartingPoint start) {
        start.learner().close();
    }

    /** @param newer name of the file to give a future version, with valid digests and checksum; empty for none */
    private Manifest save(int steps, String newer) throws IOException {
        return save(steps, newer, DamagedSnapshotsTest::newer);
    }

    /** @param other name of the file to change, with valid digests; empty for none */
    private Manifest save(int steps, String other, UnaryOperator<byte[]> change) throws IOException {
        try (OnlineLearner learner = afterSteps(steps)) {
            SnapshotFiles written = new SnapshotFiles();
            learner.addTo(written);
            return store.save(draft(learner, false), other.isEmpty() ? written : replaced(written, other, change));
        }
    }

    private static OnlineLearner afterSteps(int steps) {
        ClickStream stream = new ClickStream();
        OnlineLearner learner = OnlineLearner.initial(MODEL, CONFIG.training(), CONFIG.learning());
        learner.model().joinLineage(1);
        for (int step = 0; step < steps; step++) {
            learner.step(List.of(stream.click("anna", "a" + step), stream.click("anna", "b" + step)));
        }
        return learner;
    }

    private SnapshotFiles replaced(SnapshotFiles written, String other, UnaryOperator<byte[]> change)
            throws IOException {
        Manifest there = new FileSnapshotStore(folder.resolve("whole")).save(draft(before), written);
        SnapshotFiles files = new SnapshotFiles();
        there.files()
                .forEach(file -> files.add(file.name(), into -> {
                    byte[] bytes = Files.readAllBytes(folder.resolve("whole")
                            .resolve("shop")
                            .resolve(there.version())
                            .resolve(file.name()));
                    Files.write(into, file.name().equals(other) ? change.apply(bytes) : bytes);
                }));
        return files;
    }

    private static byte[] newer(byte[] bytes) {
        String text = new String(bytes, UTF_8);
        if (text.startsWith("freshet-vocabulary")) {
            return text.replaceFirst("version=[0-9]+", "version=9").getBytes(UTF_8);
        }
        byte[] newer = bytes.clone();
        newer[2] = 9;
        CRC32C checksum = new CRC32C();
        checksum.update(newer, 0, newer.length - Integer.BYTES);
        ByteBuffer.wrap(newer).order(ByteOrder.LITTLE_ENDIAN).putInt(newer.length - Integer.BYTES, (int)
                checksum.getValue());
        return newer;
    }

    private static ManifestDraft draft(OnlineLearner learner, boolean held) {
        return LearnerDescription.draft("shop", learner, new Progress(), Instant.EPOCH)
                .held(held);
    }

    private static ManifestDraft draft(Manifest like) {
        return ManifestDraft.like(like).lineage(Manifest.NO_LINEAGE);
    }

    private Path file(Manifest manifest, String name) {
        return folder.resolve("shop").resolve(manifest.version()).resolve(name);
    }

    /** A store that lists its snapshots and then becomes unreachable. */
    private record Unreachable(SnapshotStore store) implements SnapshotStore {
        @Override
        public Manifest save(ManifestDraft draft, SnapshotFiles files) throws IOException {
            return store.save(draft, files);
        }

        @Override
        public List<String> versions(String model) throws IOException {
            return store.versions(model);
        }

        @Override
        public Manifest manifest(String model, String version) throws IOException {
            return store.manifest(model, version);
        }

        @Override
        public Snapshot open(String model, String version, Predicate<String> wanted) throws IOException {
            throw new SnapshotStoreException("S3 must be reached", new IOException("Connection refused"));
        }

        @Override
        public void delete(String model, String version) throws IOException {
            store.delete(model, version);
        }
    }
}
