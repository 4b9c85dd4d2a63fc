package io.freshet.store.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatException;
import io.freshet.store.format.FormatVersionException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestCodecTest {
    private static final Manifest MANIFEST = manifest();

    private static final Manifest MANIFEST_1 = ofVersion(1);
    private static final Manifest MANIFEST_2 = ofVersion(2);
    private static final Manifest MANIFEST_3 = ofVersion(3);
    private static final Manifest MANIFEST_4 = ofVersion(4);

    /** Returns the same manifest in an earlier version, without what that version does not have. */
    private static Manifest ofVersion(int formatVersion) {
        return new Manifest(
                formatVersion,
                MANIFEST.model(),
                MANIFEST.version(),
                MANIFEST.step(),
                formatVersion < 3 ? Manifest.NO_LINEAGE : MANIFEST.lineage(),
                MANIFEST.createdAt(),
                MANIFEST.seed(),
                MANIFEST.encoder(),
                MANIFEST.training(),
                MANIFEST.platform(),
                MANIFEST.modelLog(),
                formatVersion < 4 ? Manifest.ALL_DELTAS : MANIFEST.modelDeltas(),
                MANIFEST.inputs(),
                MANIFEST.metrics(),
                MANIFEST.held(),
                MANIFEST.files());
    }

    private static Manifest manifest() {
        return new ManifestDraft("main", 1200, Instant.parse("2026-01-02T03:04:05.678Z"))
                .lineage(5)
                .encoder(Map.of("type", "sasrec", "dim", 64, "init_std", 0.02f), -7)
                .training(Map.of("learning_rate", 0.001f, "warm", true, "ks", List.of(5, 10)))
                .platform(Map.of("workers", 2, "java", "25"))
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

    private static final String GOLDEN_1 = """
            {
              "format_version" : 1,
              "model" : "main",
              "version" : "000000001200-0123456789ab",
              "step" : 1200,
              "created_at" : "2026-01-02T03:04:05.678Z",
              "seed" : -7,
              "encoder" : {
                "dim" : 64,
                "init_std" : 0.02,
                "type" : "sasrec"
              },
              "training" : {
                "ks" : [ 5, 10 ],
                "learning_rate" : 0.001,
                "warm" : true
              },
              "platform" : {
                "java" : "25",
                "workers" : 2
              },
              "model_log" : {
                "topic" : "model-log",
                "partition" : 0,
                "offset" : 987654321000
              },
              "inputs" : [ {
                "topic" : "sequences",
                "partition" : 0,
                "offset" : 10
              }, {
                "topic" : "sequences",
                "partition" : 1,
                "offset" : 0
              } ],
              "metrics" : {
                "hr10" : 0.5,
                "ndcg10" : 0.375
              },
              "held" : true,
              "files" : [ {
                "name" : "weights.safetensors",
                "length" : 123,
                "sha256" : "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"
              } ]
            }""";

    /** The digest covers everything before the comma: head -c -83 manifest.json | sha256sum. */
    private static final String GOLDEN_2 = GOLDEN_1.replace("\"format_version\" : 1", "\"format_version\" : 2")
            .replaceFirst(
                    "\n}$",
                    ",\n  \"sha256\" : \"f1e8d8a272d79db40275409735088a2ad6a5317b1036e77a5949a908ef4d030a\"\n}");

    private static final String GOLDEN_3 = GOLDEN_1.replace("\"format_version\" : 1", "\"format_version\" : 3")
            .replace("\"step\" : 1200,", "\"step\" : 1200,\n  \"lineage\" : 5,")
            .replaceFirst(
                    "\n}$",
                    ",\n  \"sha256\" : \"f98edb7770354a89112485ece7739b9e4d2b1771d20daab74a8561ac5b27755b\"\n}");

    private static final String GOLDEN_4 = GOLDEN_3.replace("\"format_version\" : 3", "\"format_version\" : 4")
            .replace(
                    "\n  \"inputs\"",
                    "\n  \"model_deltas\" : {\n    \"topic\" : \"model-deltas\",\n    \"partition\" : 0,\n"
                            + "    \"offset\" : 4321\n  },\n  \"inputs\"")
            .replace(
                    "f98edb7770354a89112485ece7739b9e4d2b1771d20daab74a8561ac5b27755b",
                    "e880b355e4240c248ba280aaf2551b9208686aec7957a2bab8022ad4fd630a5c");

    private static final String GOLDEN = GOLDEN_4.replace("\"format_version\" : 4", "\"format_version\" : 5")
            .replace(
                    "e880b355e4240c248ba280aaf2551b9208686aec7957a2bab8022ad4fd630a5c",
                    "17a02f06b2f1fd49e044e163fdf706f71ea0036cdab7de9629a4fbc019d094f9");

    @Test
    void shouldWriteGoldenJson() {
        assertThat(new String(ManifestCodec.toJson(MANIFEST), UTF_8)).isEqualTo(GOLDEN);
        assertThat(new String(ManifestCodec.toJson(MANIFEST_4), UTF_8)).isEqualTo(GOLDEN_4);
        assertThat(new String(ManifestCodec.toJson(MANIFEST_3), UTF_8)).isEqualTo(GOLDEN_3);
        assertThat(new String(ManifestCodec.toJson(MANIFEST_2), UTF_8)).isEqualTo(GOLDEN_2);
        assertThat(new String(ManifestCodec.toJson(MANIFEST_1), UTF_8)).isEqualTo(GOLDEN_1);
    }

    @Test
    void shouldReadGoldenJsonOfVersion1() {
        assertThat(parse(GOLDEN_1)).isEqualTo(MANIFEST_1);
    }

    @Test
    void shouldReadGoldenJsonOfVersion2() {
        assertThat(parse(GOLDEN_2)).isEqualTo(MANIFEST_2);
    }

    @Test
    void shouldReadGoldenJsonOfVersion3() {
        assertThat(parse(GOLDEN_3)).isEqualTo(MANIFEST_3);
    }

    @Test
    void shouldReadGoldenJsonOfVersion4() {
        assertThat(parse(GOLDEN_4)).isEqualTo(MANIFEST_4);
    }

    @Test
    void shouldReadGoldenJsonOfVersion5() {
        assertThat(parse(GOLDEN)).isEqualTo(MANIFEST);
        assertCorrupt(GOLDEN.replace("\"model_deltas\"", "\"other\""));
    }

    @Test
    void shouldKnowNoLineageBeforeVersion3() {
        assertThat(parse(GOLDEN_1.replace("\"step\"", "\"lineage\" : 5, \"step\""))
                        .lineage())
                .isZero();
        assertCorrupt(GOLDEN.replace("\"lineage\" : 5", "\"lineage\" : -5"));
        assertCorrupt(GOLDEN.replace("  \"lineage\" : 5,\n", ""));
    }

    @Test
    void shouldNameBothDigestsWhenADigitWasChanged() {
        assertThatThrownBy(() -> ManifestCodec.parse(
                        GOLDEN.replace("987654321000", "987654321001").getBytes(UTF_8), "there/manifest.json"))
                .isInstanceOf(CorruptFormatException.class)
                .hasMessageContaining("there/manifest.json")
                .hasMessageContaining("stored=17a02f06b2f1fd49e044e163fdf706f71ea0036cdab7de9629a4fbc019d094f9")
                .hasMessageContaining("computed=0450b83803746fe19ad03e4dc43531748103932081de823b05089be468617c75");
    }

    @Test
    void shouldRefuseADigestThatIsNotAtTheEndOrNotOfTheVersion() {
        assertCorrupt(GOLDEN + "\n");
        assertCorrupt(GOLDEN.replace("\n}", "\n }"));
        assertCorrupt(GOLDEN_1.replace("\"format_version\" : 1", "\"format_version\" : 2"));
        assertCorrupt(GOLDEN_2.replace("\"format_version\" : 2", "\"format_version\" : 1"));
        assertCorrupt(GOLDEN_3.replace("\"format_version\" : 3", "\"format_version\" : 2"));
    }

    @Test
    void shouldPassOverFieldsWhenTheyAreUnknown() {
        assertThat(parse(GOLDEN_1.replace("\"seed\"", "\"later\" : {\"a\" : 1},\n \"seed\"")))
                .isEqualTo(MANIFEST_1);
    }

    @Test
    void shouldTellTooOldFromTooNew() {
        assertThatThrownBy(() -> parse("{\"format_version\":0}")).isInstanceOf(FormatVersionException.class);
        assertThatThrownBy(() -> parse("{\"format_version\":6}")).isInstanceOf(FormatVersionException.class);
    }

    @Test
    void shouldRefuseEveryTruncation() {
        byte[] json = GOLDEN.getBytes(UTF_8);
        for (int length = 0; length < json.length; length++) {
            byte[] cut = Arrays.copyOf(json, length);
            assertThatThrownBy(() -> ManifestCodec.parse(cut)).isInstanceOf(CorruptFormatException.class);
        }
    }

    @Test
    void shouldRefuseEveryBitFlip() {
        byte[] json = GOLDEN.getBytes(UTF_8);
        for (int bit = 0; bit < Byte.SIZE * json.length; bit++) {
            byte[] flipped = json.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            assertThatThrownBy(() -> ManifestCodec.parse(flipped))
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining("manifest");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "format_version",
                "model",
                "version",
                "step",
                "created_at",
                "seed",
                "encoder",
                "model_log",
                "offset",
                "inputs",
                "metrics",
                "held",
                "files",
                "sha256"
            })
    void shouldRefuseManifestWhenAFieldIsMissing(String name) {
        assertCorrupt(GOLDEN_1.replace("\"" + name + "\" :", "\"other\" :"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"model\" : \"main\" | \"model\" : null",
                "\"model\" : \"main\" | \"model\" : \"main\", \"model\" : \"main\"",
                "\"step\" : 1200 | \"step\" : \"1200\"",
                "\"step\" : 1200 | \"step\" : 1200.5",
                "\"step\" : 1200 | \"step\" : -1",
                "\"offset\" : 10 | \"offset\" : 99999999999999999999",
                "2026-01-02T03:04:05.678Z | yesterday",
                "weights.safetensors | ../weights.safetensors",
                "weights.safetensors | manifest.json",
                "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f | 0f",
                "\"dim\" : 64 | \"dim\" : 99999999999999999999",
                "\"dim\" : 64 | \"dim\" : null",
                "\"hr10\" : 0.5 | \"hr10\" : \"NaN\"",
                "\"hr10\" : 0.5 | \"hr10\" : null",
            })
    void shouldRefuseManifestWhenAValueIsWrong(String right, String wrong) {
        assertThat(GOLDEN_1).contains(right);
        assertCorrupt(GOLDEN_1.replaceFirst(Pattern.quote(right), wrong));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "null", "7", "{}", "{\"format_version\":1} {}"})
    void shouldRefuseJsonWhenItIsNoManifest(String json) {
        assertCorrupt(json);
    }

    @Test
    void shouldRefuseNumbersWhenJsonCannotHoldThem() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonValues.finite(Map.of("loss", Double.NaN)))
                .withMessageContaining("loss=NaN");
        assertThatIllegalArgumentException().isThrownBy(() -> JsonValues.normalised(Map.of("x", new Object())));
    }

    private static void assertCorrupt(String json) {
        assertThatThrownBy(() -> parse(json)).isInstanceOf(CorruptFormatException.class);
    }

    private static Manifest parse(String json) {
        return ManifestCodec.parse(json.getBytes(UTF_8));
    }
}
