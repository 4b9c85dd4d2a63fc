package io.freshet.store.modellog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatVersionException;
import io.freshet.store.format.HostileBytes;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ModelLogCodecTest {
    private static final StepRecord STEP = new StepRecord(
            42,
            List.of(new InputRange("sequences", 0, 100, 128), new InputRange("sequences", 1, 0, 300)),
            new TargetRanks(
                    new int[] {StepRecord.NO_EVENT, StepRecord.MISS, 1, 10, 100_000},
                    new int[] {StepRecord.NO_EVENT, StepRecord.MISS, 2, 3, 1},
                    new int[] {StepRecord.NO_EVENT, StepRecord.MISS, 1, 1, StepRecord.MISS}),
            new long[] {1_700_000_000_000L, 1_700_000_000_005L, 1_699_999_999_998L});
    private static final String STEP_V2 = "4653022a"
            + "020973657175656e63657300641c" + "0973657175656e6365730100ac02"
            + "050001020ba18d06" + "050001030402" + "050001020201"
            + "0380a0abfef9620a0d"
            + "3c5d7f05";

    private static final StepRecord SAMPLED_STEP = new StepRecord(
            42,
            STEP.ranges(),
            new TargetRanks(
                    new int[] {0, -1, 1, -1, -1, -1, -1, -1, -1, StepRecord.MISS},
                    new int[] {0, -1, 300, -1, -1, -1, -1, -1, -1, StepRecord.MISS},
                    new int[] {0, -1, 2, -1, -1, -1, -1, -1, -1, StepRecord.MISS}),
            RankShare.of(.3),
            STEP.clickTimestampsMs());
    private static final String SAMPLED_STEP_V3 = "4653032a"
            + "020973657175656e63657300641c" + "0973657175656e6365730100ac02"
            + "e0a712" + "0afa01" + "03000201" + "0300ad0201" + "03000301"
            + "0380a0abfef9620a0d"
            + "b50ec8b2";

    /**
     * The step as read from version 1, which lacks the parts' ranks: the network's are the model's, the memory's are
     * misses.
     */
    private static final StepRecord STEP_WITHOUT_PARTS = new StepRecord(
            42,
            STEP.ranges(),
            new TargetRanks(STEP.ranks(), STEP.ranks(), new int[] {
                StepRecord.NO_EVENT, StepRecord.MISS, StepRecord.MISS, StepRecord.MISS, StepRecord.MISS
            }),
            STEP.clickTimestampsMs());

    private static final String STEP_V1 = "4653012a"
            + "020973657175656e63657300641c" + "0973657175656e6365730100ac02"
            + "050001020ba18d06" + "0380a0abfef9620a0d" + "78ee5ef3";

    private static ModelDelta delta(long lineage) {
        return delta(lineage, new int[] {0, 2}, new int[] {1, 2});
    }

    /** A delta that erases a session in each of its steps, before and after a click. */
    private static final ModelDelta ERASING = delta(300, new int[] {1, 2}, new int[] {-2, 1, -3});

    private static ModelDelta delta(long lineage, int[] clicksOfStep, int[] historyLengths) {
        int[] rows = historyLengths[0] < 0 ? new int[] {7, 0, 0, 7, 7, 0, 300} : new int[] {0, 7, 7, 0, 300};
        return new ModelDelta(
                lineage,
                new ModelDelta.Steps(40, 42),
                new ModelDelta.Part(0, 2),
                new ModelDelta.VocabularyChange(
                        302,
                        new int[] {7, 300},
                        List.of("a", "ß"),
                        List.of(new Eviction(41, List.of(0, 7)), new Eviction(42, List.of(299)))),
                new ModelDelta.RowValues(2, new int[] {7, 300}, new float[] {1, -2, 0.5f, 3.25f}),
                new float[] {0, -0.0f, 1e-3f},
                new MemoryDelta(clicksOfStep, historyLengths, rows, new double[] {.5, -2}));
    }

    private static final String DELTA_V3 = "464403" + "280200" + "0202ae02" + "0302" + "02" + "070161" + "a50202c39f"
            + "02" + "01020007" + "0201ab02"
            + "02" + "00" + "02" + "010007" + "020700ac02" + "02" + "000000000000e03f" + "00000000000000c0"
            + "070000002c010000"
            + "0000803f000000c00000003f00005040"
            + "00000000000000806f12833a"
            + "447d00da";
    private static final String DELTA_V4 =
            "464404" + "ac02" + "280200" + "0202ae02" + "0302" + "02" + "070161" + "a50202c39f"
                    + "02" + "01020007" + "0201ab02"
                    + "02" + "00" + "02" + "010007" + "020700ac02" + "02" + "000000000000e03f" + "00000000000000c0"
                    + "070000002c010000"
                    + "0000803f000000c00000003f00005040"
                    + "00000000000000806f12833a"
                    + "a8393965";

    private static final String DELTA_V5 =
            "464405" + "ac02" + "280200" + "0202ae02" + "0302" + "02" + "070161" + "a50202c39f"
                    + "02" + "01020007" + "0201ab02"
                    + "02" + "00" + "02" + "010007" + "020700ac02" + "02" + "000000000000e03f" + "00000000000000c0"
                    + "04" + "0eca04"
                    + "0000803f000000c00000003f00005040"
                    + "00000000000000806f12833a"
                    + "57e6c17a";
    private static final String DELTA_V6 =
            "464406" + "ac02" + "280200" + "0202ae02" + "0302" + "02" + "070161" + "a50202c39f"
                    + "02" + "01020007" + "0201ab02"
                    + "02" + "00" + "02" + "010007" + "020700ac02" + "02" + "000000000000e03f" + "00000000000000c0"
                    + "04" + "0eca04"
                    + "0000803f000000c00000003f00005040"
                    + "00000000000000806f12833a"
                    + "98926dd3";
    private static final String DELTA_V7 =
            "464407" + "ac02" + "280200" + "0202ae02" + "0302" + "02" + "070161" + "a50202c39f"
                    + "02" + "01020007" + "0201ab02"
                    + "02" + "00" + "02" + "010007" + "020700ac02" + "02" + "000000000000e03f" + "00000000000000c0"
                    + "04" + "0eca04"
                    + "0000803f000000c00000003f00005040"
                    + "00000000000000806f12833a"
                    + "7293ad48";
    private static final String ERASING_V8 =
            "464408" + "ac02" + "280200" + "0202ae02" + "0302" + "02" + "070161" + "a50202c39f"
                    + "02" + "01020007" + "0201ab02"
                    + "02" + "01" + "00020700" + "02" + "010007" + "00030700ac02" + "02" + "000000000000e03f"
                    + "00000000000000c0"
                    + "04" + "0eca04"
                    + "0000803f000000c00000003f00005040"
                    + "00000000000000806f12833a"
                    + "348df3a9";

    private static ModelDelta secondPart(long lineage) {
        return new ModelDelta(
                lineage,
                new ModelDelta.Steps(40, 42),
                new ModelDelta.Part(1, 2),
                ModelDelta.VocabularyChange.none(302),
                new ModelDelta.RowValues(2, new int[] {301}, new float[] {4, 5}),
                new float[0],
                MemoryDelta.NONE);
    }

    private static final String SECOND_PART_V3 = "464403" + "280201" + "0202ae02" + "0001" + "00" + "00" + "0000"
            + "2d010000" + "000080400000a040" + "057cf8d8";
    private static final String SECOND_PART_V4 = "464404" + "ac02" + "280201" + "0202ae02" + "0001" + "00" + "00"
            + "0000" + "2d010000" + "000080400000a040" + "67057d04";

    /** Its values are written as bfloat16, because they are bfloat16 already. */
    private static final String SECOND_PART_V5 = "464405" + "ac02" + "280201" + "0202ae02" + "0001" + "00" + "00"
            + "0000" + "02" + "da04" + "4040" + "80a0" + "fdf29cb3";

    private static final String SECOND_PART_V6 = "464406" + "ac02" + "280201" + "0202ae02" + "0001" + "00" + "00"
            + "0000" + "02" + "da04" + "4040" + "80a0" + "b5e2e82d";
    private static final String SECOND_PART_V7 = "464407" + "ac02" + "280201" + "0202ae02" + "0001" + "00" + "00"
            + "0000" + "02" + "da04" + "4040" + "80a0" + "8d123b58";

    private static final PublishedStep PUBLISHED = new PublishedStep(300, 42, 0x12345678);
    private static final String PUBLISHED_V1 = "464e01" + "ac02" + "2a" + "78563412" + "083dc1d1";

    private static final MergeNote MERGED = new MergeNote(MergeNote.Event.MERGED, 300, 40, 42, 0x12345678);
    private static final String MERGED_V1 = "464701" + "01" + "ac02" + "28" + "2a" + "78563412" + "bf4a0e75";

    static Stream<Arguments> golden() {
        return Stream.of(
                Arguments.of(STEP, STEP_V2),
                Arguments.of(SAMPLED_STEP, SAMPLED_STEP_V3),
                Arguments.of(PUBLISHED, PUBLISHED_V1),
                Arguments.of(MERGED, MERGED_V1),
                Arguments.of(delta(300), DELTA_V7),
                Arguments.of(secondPart(300), SECOND_PART_V7),
                Arguments.of(ERASING, ERASING_V8));
    }

    static Stream<Arguments> goldenOfVersionBefore() {
        return Stream.of(
                Arguments.of(STEP_WITHOUT_PARTS, STEP_V1),
                Arguments.of(delta(300), DELTA_V6),
                Arguments.of(secondPart(300), SECOND_PART_V6),
                Arguments.of(delta(300), DELTA_V5),
                Arguments.of(secondPart(300), SECOND_PART_V5),
                Arguments.of(delta(300), DELTA_V4),
                Arguments.of(secondPart(300), SECOND_PART_V4),
                Arguments.of(delta(0), DELTA_V3),
                Arguments.of(secondPart(0), SECOND_PART_V3));
    }

    @ParameterizedTest
    @MethodSource("golden")
    void shouldWriteGoldenBytesWhenEncoding(ModelLogRecord record, String hex) {
        assertThat(HexFormat.of().formatHex(ModelLogCodec.encode(record))).isEqualTo(hex);
    }

    @ParameterizedTest
    @MethodSource({"golden", "goldenOfVersionBefore"})
    void shouldReadGoldenBytes(ModelLogRecord record, String hex) {
        assertThat(ModelLogCodec.decode(HexFormat.of().parseHex(hex))).isEqualTo(record);
    }

    @ParameterizedTest
    @MethodSource({"golden", "goldenOfVersionBefore"})
    void shouldRefuseEveryTruncationAndBitFlip(ModelLogRecord record, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        HostileBytes.assertEveryTruncationIsRefused(bytes, ModelLogCodec::decode);
        HostileBytes.assertEveryBitFlipIsRefused(bytes, ModelLogCodec::decode);
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource({
        "D, 00010001010100000000 0000 0000, left over after no arrays",
        "D, 00010001010100ffffffff07000000 0000, rows beyond the record",
        "D, 000100010101ffffffff0700000000 0000, dense beyond the record",
        "D, 0001000101010000ffffffff07, new items beyond the record",
        "D, 000100 01 ffffffff07 01 00 01 00 00 0000 00000000, row of 2^31 values",
        "D, 00000001010100000000 0000, no step",
        "D, 00010101010100000000 0000, part 1 of 1",
        "D, 0001010201010000 01000161 00 0000, new items in part 1",
        "D, 0001000101010000 01010161 00 0000, new item behind the last row",
        "D, 0001000101020000 0200016100 0162 00 0000, two new items in one row",
        "D, 00010001000100000000 0000, dim 0",
        "D, 0001000101010001 00 00 0000 ffffffff 00000000, negative row",
        "D, 0001000101010001 00 00 0000 01000000 00000000, row behind the last",
        "D, 0001000101010000 00 ffffffff07, evictions beyond the record",
        "D, 0001000101010000 00 01 01 ffffffff07, evicted rows beyond the record",
        "D, 0001000101010000 00 01 01 01 01 0000, eviction behind the last row",
        "D, 0001000101010000 00 01 00 01 00 0000, eviction before the first step",
        "D, 0001000101010000 00 01 02 01 00 0000, eviction after the last step",
        "D, 0001010201010000 00 01 01 01 00 0000, evictions in part 1",
        "D, 00010001010100000000 ffffffff07 00, steps of the memory beyond the record",
        "D, 00010001010100000000 01ffffffff07 00, clicks beyond the record",
        "D, 00010001010100000000 0101ffffffff07 00, history beyond the record",
        "D, 00010001010100000000 01010005 00, click without a history",
        "D8, 00 00010001010100000000 0101000105 00, nothing after the erasure",
        "D8, 00 00010001010100000000 01010000 00 04, erasure of no click",
        "D8, 00 00010001010100000000 010100ffffffff07 00, erasure beyond the record",
        "D5, 00 00010001010100000000 0101000105 00 04, erasure before version 8",
        "D, 00010001010100000000 020000 00, two steps in the memory of one",
        "D, 00010001010100000000 0100 01 00000000, half a number of the mixture",
        "D, 00010102010100000000 0100 00, memory in part 1",
        "D5, 00 0001000101010000 00 00 0000 03, value of three bytes",
        "D5, 00 0001000101010000 00 00 0000 02 00, left over after no values",
        "D5, 00 0001000101010001 00 00 0000 02 01 0000, negative row",
        "D5, 00 0001000101010001 00 00 0000 02 02 0000, row behind the last",
        "D5, 00 0001000101010001 00 00 0000 04 00 0000, half a value",
        "D5, 00 00010001010100ffffffff07 00 00 0000 02, rows beyond the record",
        "N, 00 00 00000000, no step",
        "N, 00 01 000000, digest of three bytes",
        "D4, ffffffffffffffffff01 0001000101010000 00 00 0000, negative lineage",
        "S, 00ffffffff070000, ranges beyond the record",
        "S, 000101610001ffffffffffffffff7f0000, range beyond 2^63",
        "S, 0000ffffffff0700, ranks beyond the record",
        "S, 000001ffffffff0f00, rank beyond 2^31",
        "S, 0000 0102 00 0102 00, fewer ranks of the network",
        "S, 0000 0102 0102 00 00, fewer ranks of the memory",
        "S3, 0000 00 00 00 00 00 00, share of nothing",
        "S3, 0000 c0843d 00 00 00 00 00, share of everything",
        "S3, 0000 01 ffffffff07 00 00 00 00, positions beyond the record",
        "S3, 0000 01 01 02 00 00 00 00, bit behind the last position",
        "S3, 0000 01 01 01 0100 0100 0100 00, rank of a position that was not ranked",
        "S3, 0000 01 02 01 00 00 00 00, no rank of a position that was ranked",
        "S, 0000000000ffffffff07, timestamps beyond the record",
        "S, ffffffffffffffffff010000000000, negative step",
    })
    void shouldRefuseBodyWhenFrameIsValidButContentIsNot(String kind, String body, String what) {
        int version = switch (kind) {
            case "N" -> 1;
            case "D8" -> 8;
            case "D5" -> 5;
            case "D4" -> 4;
            case "D", "S3" -> 3;
            default -> 2;
        };
        byte[] record =
                HostileBytes.framed(kind.charAt(0), version, HexFormat.of().parseHex(body.replace(" ", "")));
        assertThatThrownBy(() -> ModelLogCodec.decode(record)).as(what).isInstanceOf(CorruptFormatException.class);
    }

    @Test
    void shouldTellTooOldFromTooNew() {
        assertThatThrownBy(() -> ModelLogCodec.decode(HostileBytes.framed('S', 0, new byte[8])))
                .isInstanceOf(FormatVersionException.class)
                .hasMessageContaining("step record");
        assertThatThrownBy(() -> ModelLogCodec.decode(HostileBytes.framed('D', 2, new byte[8])))
                .isInstanceOf(FormatVersionException.class)
                .hasMessageContaining("version=2, oldest readable version=3");
        assertThatThrownBy(() -> ModelLogCodec.decode(HostileBytes.framed('D', 9, new byte[8])))
                .isInstanceOf(FormatVersionException.class);
    }

    @Test
    void shouldRefuseStepWhenItsRanksDoNotFitTogether() {
        int[] unranked = {StepRecord.UNRANKED};
        int[] first = {1};
        assertThatIllegalArgumentException()
                .as("every click was ranked")
                .isThrownBy(
                        () -> new StepRecord(1, List.of(), new TargetRanks(unranked, unranked, unranked), new long[0]));
        assertThatIllegalArgumentException()
                .as("ranked by the memory only")
                .isThrownBy(() -> new StepRecord(
                        1, List.of(), new TargetRanks(unranked, unranked, first), RankShare.of(.5), new long[0]));
    }

    @Test
    void shouldCountClicksWithoutErasures() {
        assertThat(ERASING.memory().clicks()).isEqualTo(1);
        assertThat(delta(300).memory().clicks()).isEqualTo(2);
    }

    @Test
    void shouldSayWhereANumberIsNotFinite() {
        assertThat(delta(300).firstNonFinite()).isEmpty();
        ModelDelta row = delta(300);
        row.rowValues()[3] = Float.NEGATIVE_INFINITY;
        assertThat(row.firstNonFinite()).hasValue("row=300 column=1 value=-Infinity");
        ModelDelta dense = delta(300);
        dense.dense()[2] = Float.NaN;
        assertThat(dense.firstNonFinite()).hasValue("dense parameter=2 value=NaN");
        ModelDelta mixture = delta(300);
        mixture.memory().mixture()[0] = Double.NaN;
        assertThat(mixture.firstNonFinite()).hasValue("mixture number=0 value=NaN");
    }

    @Test
    void shouldRefuseAMergeNoteThatGoesBack() {
        assertThatThrownBy(() -> new MergeNote(MergeNote.Event.GIVEN, 1, 5, 4, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("base=5, step=4");
    }

    @Test
    void shouldNameTheKindWhenItIsNone() {
        assertThatThrownBy(() -> ModelLogCodec.decode(HostileBytes.framed('Q', 1, new byte[8])))
                .isInstanceOf(CorruptFormatException.class)
                .hasMessageContaining("kind=81");
    }

    @Test
    void shouldRefuseDeltaWhenItsPartsDoNotFitTogether() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ModelDelta(
                        0,
                        new ModelDelta.Steps(0, 1),
                        ModelDelta.Part.ONLY,
                        ModelDelta.VocabularyChange.none(1),
                        new ModelDelta.RowValues(4, new int[1], new float[3]),
                        new float[0],
                        MemoryDelta.NONE))
                .withMessageContaining("dim=4")
                .withMessageContaining("rowValues=3");
    }
}
