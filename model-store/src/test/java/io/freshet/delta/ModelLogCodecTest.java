package io.freshet.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.format.CorruptFormatException;
import io.freshet.format.FormatTooNewException;
import io.freshet.format.FormatTooOldException;
import io.freshet.format.HostileBytes;
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
            new int[] {StepRecord.NO_EVENT, StepRecord.MISS, 1, 10, 100_000},
            new long[] {1_700_000_000_000L, 1_700_000_000_005L, 1_699_999_999_998L});
    private static final String STEP_V1 = "4653012a"
            + "020973657175656e63657300641c" + "0973657175656e6365730100ac02"
            + "050001020ba18d06"
            + "0380a0abfef9620a0d"
            + "78ee5ef3";

    private static final ModelDelta DELTA = new ModelDelta(
            41, 42, 0, 2, 2, 300, List.of("a", "ß"), new int[] {7, 300}, new float[] {1, -2, 0.5f, 3.25f}, new float[] {
                0, -0.0f, 1e-3f
            });
    private static final String DELTA_V1 = "464401" + "290100" + "0202ac02" + "0302" + "02016102c39f"
            + "070000002c010000"
            + "0000803f000000c00000003f00005040"
            + "00000000000000806f12833a"
            + "3024f881";

    private static final ModelDelta SECOND_PART =
            new ModelDelta(41, 42, 1, 2, 2, 300, List.of(), new int[] {301}, new float[] {4, 5}, new float[0]);
    private static final String SECOND_PART_V1 =
            "464401" + "290101" + "0202ac02" + "0001" + "00" + "2d010000" + "000080400000a040" + "2c978336";

    static Stream<Arguments> golden() {
        return Stream.of(
                Arguments.of(STEP, STEP_V1), Arguments.of(DELTA, DELTA_V1), Arguments.of(SECOND_PART, SECOND_PART_V1));
    }

    @ParameterizedTest
    @MethodSource("golden")
    void shouldWriteGoldenBytesWhenEncoding(ModelLogRecord record, String hex) {
        assertThat(HexFormat.of().formatHex(ModelLogCodec.encode(record))).isEqualTo(hex);
    }

    @ParameterizedTest
    @MethodSource("golden")
    void shouldReadGoldenBytesOfVersion1(ModelLogRecord record, String hex) {
        assertThat(ModelLogCodec.decode(HexFormat.of().parseHex(hex))).isEqualTo(record);
    }

    @ParameterizedTest
    @MethodSource("golden")
    void shouldRefuseEveryTruncationAndBitFlip(ModelLogRecord record, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        HostileBytes.assertEveryTruncationIsRefused(bytes, ModelLogCodec::decode);
        HostileBytes.assertEveryBitFlipIsRefused(bytes, ModelLogCodec::decode);
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource({
        "D, 0001000101000000000000, left over after no arrays",
        "D, 00010001010000ffffffff0700, rows beyond the record",
        "D, 000100010100ffffffff070000, dense beyond the record",
        "D, 0001000101000000ffffffff07, new items beyond the record",
        "D, 000100 01 ffffffff07 00 00 01 00 00000000, row of 2^31 values",
        "D, 000000010100000000, no step",
        "D, 000101010100000000, part 1 of 1",
        "D, 0001010201000000 0161, new items in part 1",
        "D, 000100010000000000, dim 0",
        "D, 0001000101000001 00 ffffffff 00000000, negative row",
        "S, 00ffffffff070000, ranges beyond the record",
        "S, 000101610001ffffffffffffffff7f0000, range beyond 2^63",
        "S, 0000ffffffff0700, ranks beyond the record",
        "S, 000001ffffffff0f00, rank beyond 2^31",
        "S, 000000ffffffff07, timestamps beyond the record",
        "S, ffffffffffffffffff01000000, negative step",
    })
    void shouldRefuseBodyWhenFrameIsValidButContentIsNot(char kind, String body, String what) {
        byte[] record = HostileBytes.framed(kind, 1, HexFormat.of().parseHex(body.replace(" ", "")));
        assertThatThrownBy(() -> ModelLogCodec.decode(record)).as(what).isInstanceOf(CorruptFormatException.class);
    }

    @Test
    void shouldTellTooOldFromTooNew() {
        assertThatThrownBy(() -> ModelLogCodec.decode(HostileBytes.framed('S', 0, new byte[8])))
                .isInstanceOf(FormatTooOldException.class);
        assertThatThrownBy(() -> ModelLogCodec.decode(HostileBytes.framed('D', 2, new byte[8])))
                .isInstanceOf(FormatTooNewException.class);
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
                .isThrownBy(() -> new ModelDelta(0, 1, 0, 1, 4, 0, List.of(), new int[2], new float[7], new float[0]))
                .withMessageContaining("dim=4")
                .withMessageContaining("rowValues=7");
    }
}
