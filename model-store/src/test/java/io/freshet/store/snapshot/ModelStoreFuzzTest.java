package io.freshet.store.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.client.click.MalformedClickException;
import io.freshet.fuzz.BinaryMutator;
import io.freshet.fuzz.Fuzz;
import io.freshet.fuzz.JsonMutator;
import io.freshet.fuzz.Mutator;
import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatException;
import io.freshet.store.format.HostileBytes;
import io.freshet.store.format.Sha256;
import io.freshet.store.modellog.Eviction;
import io.freshet.store.modellog.InputRange;
import io.freshet.store.modellog.MemoryDelta;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.ModelLogRecord;
import io.freshet.store.modellog.RankShare;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.modellog.TargetRanks;
import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.EventClock;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.store.sequence.UserSequence;
import io.freshet.store.sequence.UserSequenceCodec;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.store.vocabulary.VocabularyFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs {@link Fuzz} on every decoder of this module.
 *
 * <p>Bounds on allocation: the constant covers buffers, parsers and messages. In binary formats, an interaction of
 * three bytes allocates a text, boxed numbers and an element of a list, about 60 bytes per input byte. JSON is first
 * parsed into a tree. In the tree {@code 1,} takes a node and an element of a list, {@code {}} takes a map, and a
 * message may repeat the text: about 500 bytes per input byte.
 */
class ModelStoreFuzzTest {
    private static final String DIGEST = ",\n  \"sha256\" : \"";

    @TempDir
    Path folder;

    @Test
    void shouldReadOrRefuseClicksWhenTheyAreDamaged() {
        clicks().run();
    }

    private static Fuzz<Click> clicks() {
        return Fuzz.of("click", ClickCodec::parse)
                .from(
                        ClickCodec.toJson(new Click("u", "i", 1_700_000_000_000L, null, null)),
                        ClickCodec.toJson(new Click("ü\uD83D\uDE00", "i\"\\", 0, "view", "e")),
                        "{\"timestamp\":\"2026-11-28T12:00:00.5+01:00\",\"x\":[1,{\"y\":2}],\"item_id\":7,\"user_id\":10}"
                                .getBytes(UTF_8))
                .damagedBy(JsonMutator.OF_JSON)
                .mayThrow(MalformedClickException.class)
                .encodedBy(ClickCodec::toJson)
                .allocatingAtMost(1 << 18, 16);
    }

    @Test
    void shouldReadOrRefuseSequenceUpdatesWhenTheyAreDamaged() {
        Fuzz.of("sequence update", SequenceUpdateCodec::decode)
                .from(
                        SequenceUpdateCodec.encode(new SequenceUpdate(
                                sequence(), List.of(0, 2), new ClickOrigin("clicks", 3, 1L << 40, 1_700_000_000_000L))),
                        SequenceUpdateCodec.encode(SequenceUpdate.erasure(new ClickOrigin("c", 0, 0, -1))))
                .damagedBy(BinaryMutator.OF_RECORDS)
                .mayThrow(FormatException.class)
                .encodedBy(SequenceUpdateCodec::encode)
                .allocatingAtMost(1 << 16, 128)
                .run();
    }

    @Test
    void shouldReadOrRefuseUserSequencesWhenTheyAreDamaged() {
        Fuzz.of("user sequence", UserSequenceCodec::decode)
                .from(UserSequenceCodec.encode(sequence()), UserSequenceCodec.encode(UserSequence.EMPTY))
                .damagedBy(BinaryMutator.OF_RECORDS)
                .mayThrow(FormatException.class)
                .encodedBy(UserSequenceCodec::encode)
                .allocatingAtMost(1 << 16, 128)
                .run();
    }

    private static UserSequence sequence() {
        return new UserSequence(List.of(
                new Interaction("a", -5, null, Interaction.NO_EVENT_ID),
                new Interaction("item ü", 1_700_000_000_000L, "view", 77),
                new Interaction("\ufffd", 1_700_000_000_000L, "view", -1),
                new Interaction("b", Long.MAX_VALUE, "buy", Interaction.NO_EVENT_ID)));
    }

    @Test
    void shouldReadOrRefuseStepsWhenTheyAreDamaged() {
        StepRecord step = new StepRecord(
                42,
                List.of(new InputRange("sequences", 0, 100, 128), new InputRange("s", 1, 0, 300)),
                new TargetRanks(
                        new int[] {StepRecord.NO_EVENT, StepRecord.MISS, 1, 10, 100_000},
                        new int[] {StepRecord.NO_EVENT, StepRecord.MISS, 2, 3, 1},
                        new int[] {StepRecord.NO_EVENT, StepRecord.MISS, 1, 1, StepRecord.MISS}),
                new long[] {1_700_000_000_000L, 1_700_000_000_005L, -1});
        byte[] ofVersionOne = HexFormat.of().parseHex("2a" + "01016100641c" + "0301020b" + "0180a0abfef962");
        int[] sampled = {StepRecord.NO_EVENT, StepRecord.UNRANKED, 1, StepRecord.UNRANKED, StepRecord.MISS};
        StepRecord ofASample = new StepRecord(
                43,
                step.ranges(),
                new TargetRanks(sampled, sampled, sampled),
                RankShare.of(.4),
                step.clickTimestampsMs());
        modelLog("step record")
                .from(
                        ModelLogCodec.encode(step),
                        ModelLogCodec.encode(ofASample),
                        HostileBytes.framed('S', 1, ofVersionOne))
                .run();
    }

    @Test
    void shouldReadOrRefuseDeltasWhenTheyAreDamaged() {
        byte[] delta = ModelLogCodec.encode(new ModelDelta(
                300,
                new ModelDelta.Steps(40, 42),
                new ModelDelta.Part(0, 2),
                new ModelDelta.VocabularyChange(
                        302,
                        new int[] {7, 300},
                        List.of("a", "ß"),
                        List.of(new Eviction(41, List.of(0, 7)), new Eviction(42, List.of(299)))),
                new ModelDelta.RowValues(2, new int[] {7, 300}, new float[] {1, -2, 0.5f, 3.25f}),
                new float[] {0, -0.0f, 1e-3f},
                new MemoryDelta(
                        new int[] {0, 2}, new int[] {1, 2}, new int[] {0, 7, 7, 0, 300}, new double[] {.5, -2})));
        byte[] part = ModelLogCodec.encode(new ModelDelta(
                1,
                new ModelDelta.Steps(40, 42),
                new ModelDelta.Part(1, 2),
                ModelDelta.VocabularyChange.none(302),
                new ModelDelta.RowValues(2, new int[] {301}, new float[] {4, Float.NaN}),
                new float[0],
                MemoryDelta.NONE));
        byte[] erasing = ModelLogCodec.encode(new ModelDelta(
                1,
                new ModelDelta.Steps(40, 42),
                ModelDelta.Part.ONLY,
                ModelDelta.VocabularyChange.none(302),
                new ModelDelta.RowValues(2, new int[0], new float[0]),
                new float[0],
                new MemoryDelta(new int[] {1, 1}, new int[] {-3, 1}, new int[] {5, 7, 300, 0, 7}, new double[] {.5})));
        byte[] ofVersion3 = HexFormat.of()
                .parseHex("280201" + "0202ae02" + "0001" + "00" + "00" + "0000" + "2d010000" + "000080400000a040");
        modelLog("model delta")
                .from(delta, part, erasing, HostileBytes.framed('D', 3, ofVersion3))
                .run();
    }

    private static Fuzz<ModelLogRecord> modelLog(String name) {
        return Fuzz.of(name, ModelLogCodec::decode)
                .damagedBy(BinaryMutator.OF_RECORDS)
                .mayThrow(FormatException.class)
                .encodedBy(ModelLogCodec::encode)
                .allocatingAtMost(1 << 16, 64);
    }

    @Test
    void shouldReadOrRefuseClocksWhenTheyAreDamaged() {
        EventClock clock = new EventClock();
        for (int user = 0; user < 40; user++) {
            clock.observe("u" + user, 1_700_000_000_000L + user);
        }
        Fuzz.of("clock", input -> {
                    ByteReader reader = new ByteReader("clock", input, 0, input.length);
                    EventClock read = EventClock.readFrom(reader);
                    reader.requireEnd();
                    return read;
                })
                .from(written(clock), written(new EventClock()))
                .mayThrow(FormatException.class)
                .encodedBy(ModelStoreFuzzTest::written)
                .sameIf((a, b) -> Arrays.equals(written(a), written(b)))
                .allocatingAtMost(1 << 14, 8)
                .run();
    }

    private static byte[] written(EventClock clock) {
        ByteWriter writer = new ByteWriter(64);
        clock.writeTo(writer);
        return writer.toByteArray();
    }

    @Test
    void shouldReadOrRefuseManifestsWhenTheyAreDamaged() {
        manifests().run();
    }

    @ParameterizedTest
    @ValueSource(strings = {"main", "sasrec", "dim", "ndcg10"})
    void shouldRefuseManifestsWithHalfASurrogatePair(String text) {
        byte[] json = new String(ManifestCodec.toJson(manifest()), UTF_8)
                .replace("\"" + text + "\"", "\"\\ud800\"")
                .getBytes(UTF_8);
        assertThatThrownBy(() -> ManifestCodec.parse(withDigest(json)))
                .isInstanceOf(CorruptFormatException.class)
                .hasMessageContaining("surrogate");
        manifests().check(withDigest(json));
    }

    private static Fuzz<Manifest> manifests() {
        String json = new String(ManifestCodec.toJson(manifest()), UTF_8);
        String four = json.replace("\"format_version\" : 5", "\"format_version\" : 4");
        String three = json.replace("\"format_version\" : 5", "\"format_version\" : 3");
        String two = three.replace("\"format_version\" : 3", "\"format_version\" : 2")
                .replace("  \"lineage\" : 5,\n", "");
        String one = two.replace("\"format_version\" : 2", "\"format_version\" : 1");
        return Fuzz.of("manifest", ManifestCodec::parse)
                .from(
                        json.getBytes(UTF_8),
                        withDigest(four.getBytes(UTF_8)),
                        withDigest(three.getBytes(UTF_8)),
                        withDigest(two.getBytes(UTF_8)),
                        (one.substring(0, one.indexOf(DIGEST)) + "\n}").getBytes(UTF_8))
                .damagedBy(JsonMutator.OF_JSON.sealedBy(ModelStoreFuzzTest::withDigest))
                .mayThrow(FormatException.class)
                .encodedBy(ManifestCodec::toJson)
                .allocatingAtMost(1 << 19, 512);
    }

    private static Manifest manifest() {
        return new ManifestDraft("main", 1200, Instant.parse("2026-01-02T03:04:05.678Z"))
                .lineage(5)
                .encoder(Map.of("type", "sasrec", "dim", 64, "init_std", 0.02f), -7)
                .training(Map.of("learning_rate", 0.001f, "warm", true, "ks", List.of(5, 10)))
                .platform(Map.of("workers", 2, "java", Map.of("a", "25")))
                .covering(
                        new TopicPosition("model-log", 0, 987_654_321_000L),
                        new TopicPosition("model-deltas", 0, 4_321),
                        List.of(new TopicPosition("sequences", 0, 10), new TopicPosition("sequences", 1, 0)))
                .metrics(Map.of("ndcg10", 0.375, "hr10", 0.5))
                .held(true)
                .complete(
                        "000000001200-0123456789ab",
                        List.of(new FileEntry("weights.safetensors", 123, "0f".repeat(32))));
    }

    /** Returns the document with the right digest of everything before its last digest field. */
    private static byte[] withDigest(byte[] json) {
        String text = new String(json, ISO_8859_1);
        int end = text.lastIndexOf(DIGEST);
        return end < 0
                ? json
                : (text.substring(0, end) + DIGEST + Sha256.hex(json, end) + "\"\n}").getBytes(ISO_8859_1);
    }

    @Test
    void shouldReadOrRefuseRollbacksWhenTheyAreDamaged() {
        Fuzz.of("rollback", Rollback::parse)
                .from(new Rollback(1, "main", "1-a", "2-b", Instant.parse("2026-01-02T03:04:05Z")).toJson())
                .damagedBy(JsonMutator.OF_JSON)
                .mayThrow(FormatException.class)
                .encodedBy(Rollback::toJson)
                .allocatingAtMost(1 << 19, 512)
                .run();
    }

    @Test
    void shouldReadOrRefuseTensorsWhenTheyAreDamaged() throws IOException {
        tensors().run();
    }

    @Test
    void shouldRefuseTensorsWhoseNamesAreHalfASurrogatePair() throws IOException {
        byte[] file = written(new Tensors(Map.of("format", "freshet"), List.of(tensor("items", DType.U8, 1, 1))));
        for (String text : List.of("\"items\"", "\"format\"", "\"freshet\"")) {
            byte[] header = new String(headerOf(file), UTF_8)
                    .replace(text, "\"\\ud800\"")
                    .getBytes(UTF_8);
            tensors().check(withHeader(header, file));
            assertThatThrownBy(() -> readTensors(withHeader(header, file))).isInstanceOf(CorruptFormatException.class);
        }
    }

    private Fuzz<Tensors> tensors() throws IOException {
        Tensors some = new Tensors(
                Map.of("format", "freshet", "ü", "\""),
                List.of(
                        tensor("items", DType.F32, 24, 3, 2),
                        tensor("counts", DType.I64, 16, 2),
                        tensor("bytes", DType.U8, 3, 3, 1),
                        tensor("scalar", DType.I32, 4)));
        return Fuzz.of("safetensors", this::readTensors)
                .from(written(some), written(new Tensors(Map.of(), List.of())))
                .damagedBy((input, seeds, random) -> random.nextInt(3) == 0
                        ? BinaryMutator.OF_BYTES.mutate(input, seeds, random)
                        : withHeader(
                                JsonMutator.OF_JSON.mutate(
                                        headerOf(input),
                                        seeds.stream()
                                                .map(ModelStoreFuzzTest::headerOf)
                                                .toList(),
                                        random),
                                input))
                .mayThrow(FormatException.class)
                .encodedBy(this::written)
                .allocatingAtMost(1 << 19, 512);
    }

    /** Writes a new file, because overwriting an existing one can take as long as syncing it to disk. */
    private Path newFile(String name, byte[] content) throws IOException {
        Path file = folder.resolve(name);
        Files.deleteIfExists(file);
        return Files.write(file, content);
    }

    /** The tensors of a file, copied so that they do not depend on its mapping. */
    private record Tensors(Map<String, String> metadata, List<Numbers> tensors) {}

    private record Numbers(String name, DType dtype, List<Long> shape, List<Byte> data) {}

    private static Numbers tensor(String name, DType dtype, int bytes, long... shape) {
        List<Byte> data = new ArrayList<>();
        for (int i = 0; i < bytes; i++) {
            data.add((byte) (i * 37));
        }
        return new Numbers(name, dtype, Arrays.stream(shape).boxed().toList(), data);
    }

    private Tensors readTensors(byte[] input) throws IOException {
        Path file = newFile("fuzzed.safetensors", input);
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile read = SafetensorsFile.open(file, arena);
            List<Numbers> tensors = new ArrayList<>();
            for (String name : read.names()) {
                Tensor tensor = read.tensor(name);
                List<Byte> data = new ArrayList<>();
                for (byte b : tensor.data().toArray(ValueLayout.JAVA_BYTE)) {
                    data.add(b);
                }
                tensors.add(new Numbers(name, tensor.dtype(), tensor.shape(), data));
            }
            tensors.sort(Comparator.comparing(Numbers::name));
            return new Tensors(read.metadata(), tensors);
        }
    }

    private byte[] written(Tensors tensors) throws IOException {
        Path file = folder.resolve("written.safetensors");
        Files.deleteIfExists(file);
        List<Tensor> written = new ArrayList<>();
        for (Numbers numbers : tensors.tensors()) {
            byte[] data = new byte[numbers.data().size()];
            for (int i = 0; i < data.length; i++) {
                data[i] = numbers.data().get(i);
            }
            written.add(new Tensor(numbers.name(), numbers.dtype(), numbers.shape(), MemorySegment.ofArray(data)));
        }
        SafetensorsWriter.write(file, written, tensors.metadata());
        return Files.readAllBytes(file);
    }

    private static byte[] headerOf(byte[] file) {
        int length = file.length < 8 ? 0 : Math.clamp((file[0] & 0xff) | ((file[1] & 0xff) << 8), 0, file.length - 8);
        return file.length < 8 ? file : Arrays.copyOfRange(file, 8, 8 + length);
    }

    private static byte[] withHeader(byte[] header, byte[] file) {
        int data = file.length < 8 ? file.length : 8 + headerOf(file).length;
        ByteWriter writer = new ByteWriter(64);
        writer.writeLong(header.length);
        for (byte b : header) {
            writer.writeByte(b);
        }
        for (int i = data; i < file.length; i++) {
            writer.writeByte(file[i]);
        }
        return writer.toByteArray();
    }

    @Test
    void shouldReadOrRefuseVocabulariesWhenTheyAreDamaged() {
        vocabularies().run();
    }

    private Fuzz<Vocabulary> vocabularies() {
        Mutator mutator = (input, seeds, random) -> {
            byte[] damaged = BinaryMutator.OF_BYTES.mutate(input, seeds, random);
            String text = new String(damaged, ISO_8859_1);
            return switch (random.nextInt(24)) {
                case 0 ->
                    text.replaceFirst("count=[0-9]+", "count=" + random.nextInt(1_000_000_000))
                            .getBytes(ISO_8859_1);
                case 1 ->
                    text.replaceFirst("count=[0-9]+", "count=" + random.nextInt(8))
                            .getBytes(ISO_8859_1);
                case 2 ->
                    text.replaceFirst("version=[0-9]+", "version=" + random.nextInt(4))
                            .getBytes(ISO_8859_1);
                case 3 -> text.replaceFirst("\n", "\n\n").getBytes(ISO_8859_1);
                default -> damaged;
            };
        };
        return Fuzz.of("vocabulary", this::readVocabulary)
                .from(
                        "freshet-vocabulary version=2 count=4\nfirst item\nü\n\n\\\\a\\n\\r\n".getBytes(UTF_8),
                        "freshet-vocabulary version=1 count=1\na\n".getBytes(UTF_8),
                        "freshet-vocabulary version=2 count=0\n".getBytes(UTF_8))
                .damagedBy(mutator)
                .mayThrow(FormatException.class)
                .encodedBy(this::written)
                .sameIf((a, b) -> a.size() == b.size() && a.items().equals(b.items()))
                .allocatingAtMost(1 << 18, 128);
    }

    private Vocabulary readVocabulary(byte[] input) throws IOException {
        return VocabularyFile.read(newFile("fuzzed.txt", input));
    }

    private byte[] written(Vocabulary vocabulary) throws IOException {
        Path file = folder.resolve("written.txt");
        Files.deleteIfExists(file);
        VocabularyFile.write(file, vocabulary);
        return Files.readAllBytes(file);
    }
}
