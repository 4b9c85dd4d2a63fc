package io.freshet.store.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.client.click.Click;
import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatVersionException;
import io.freshet.store.format.HostileBytes;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SequenceCodecTest {
    private static final UserSequence SEQUENCE = new UserSequence(List.of(
            new Interaction("i1", 1_700_000_000_000L, "view", 0),
            new Interaction("é2", 1_700_000_000_000L, null, -2),
            new Interaction("item-twenty-chars-xx", 1_700_000_005_000L, "view", 0x0102030405060708L),
            new Interaction("i4", 1_700_000_100_000L, "buy", 0)));
    private static final SequenceUpdate UPDATE =
            new SequenceUpdate(SEQUENCE, List.of(1, 3), new ClickOrigin("clicks", 3, 1_234_567, 1_700_000_100_123L));

    private static final String EMPTY_V1 = "4651010008f1a026";
    private static final String INTERACTIONS_V1 = "0414693180a0abfef9620476696577"
            + "19c3a93200feffffffffffffff"
            + "a3016974656d2d7477656e74792d63686172732d7878904e0807060504030201"
            + "146934b0cc0b03627579";
    private static final String SEQUENCE_V1 = "465101" + INTERACTIONS_V1 + "17f6bae0";
    private static final String UPDATE_V1 =
            "465501" + "06636c69636b730387ad4bb6bcb7fef962" + "020101" + INTERACTIONS_V1 + "224a1e33";

    @Test
    void shouldWriteGoldenBytesWhenEncoding() {
        assertThat(hex(UserSequenceCodec.encode(UserSequence.EMPTY))).isEqualTo(EMPTY_V1);
        assertThat(hex(UserSequenceCodec.encode(SEQUENCE))).isEqualTo(SEQUENCE_V1);
        assertThat(hex(SequenceUpdateCodec.encode(UPDATE))).isEqualTo(UPDATE_V1);
    }

    @Test
    void shouldReadGoldenBytesOfVersion1() {
        assertThat(UserSequenceCodec.decode(bytes(EMPTY_V1))).isEqualTo(UserSequence.EMPTY);
        assertThat(UserSequenceCodec.decode(bytes(SEQUENCE_V1))).isEqualTo(SEQUENCE);
        assertThat(SequenceUpdateCodec.decode(bytes(UPDATE_V1))).isEqualTo(UPDATE);
    }

    @Test
    void shouldRefuseEveryTruncation() {
        HostileBytes.assertEveryTruncationIsRefused(bytes(SEQUENCE_V1), UserSequenceCodec::decode);
        HostileBytes.assertEveryTruncationIsRefused(bytes(UPDATE_V1), SequenceUpdateCodec::decode);
    }

    @Test
    void shouldRefuseEveryBitFlip() {
        HostileBytes.assertEveryBitFlipIsRefused(bytes(SEQUENCE_V1), UserSequenceCodec::decode);
        HostileBytes.assertEveryBitFlipIsRefused(bytes(UPDATE_V1), SequenceUpdateCodec::decode);
    }

    @Test
    void shouldTellTooOldFromTooNew() {
        assertThatThrownBy(() -> UserSequenceCodec.decode(HostileBytes.framed('Q', 0, new byte[1])))
                .isInstanceOf(FormatVersionException.class);
        assertThatThrownBy(() -> UserSequenceCodec.decode(HostileBytes.framed('Q', 2, new byte[1])))
                .isInstanceOf(FormatVersionException.class);
        assertThatThrownBy(() -> SequenceUpdateCodec.decode(HostileBytes.framed('U', 2, new byte[1])))
                .isInstanceOf(FormatVersionException.class);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "ffffffff07", // more interactions than bytes
                "01000000", // empty item id
                "01f8ffffff0f00", // item id of 2^28 bytes
                "010a6100", // repeats an event type before there is one
                "010e6100", // event type code 3
                "0109610000000000000000" + "00", // hash of an event id that is 0
                "0208610408610301", // descending timestamps
                "00" + "00", // bytes after the end
            })
    void shouldRefuseBodyWhenFrameIsValidButContentIsNot(String body) {
        assertThatThrownBy(() -> UserSequenceCodec.decode(HostileBytes.framed('Q', 1, bytes(body))))
                .isInstanceOf(CorruptFormatException.class)
                .hasMessageContaining("user sequence");
    }

    @Test
    void shouldRefuseUpdateWhenPositionIsNotInTheSequence() {
        byte[] hostile = HostileBytes.framed('U', 1, bytes("0163" + "000000" + "0101" + "01086102"));
        assertThatThrownBy(() -> SequenceUpdateCodec.decode(hostile))
                .isInstanceOf(CorruptFormatException.class)
                .hasMessageContaining("newPositions=[1]");
    }

    @Test
    void shouldRefuseSequenceWhenItIsNotOrdered() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new UserSequence(List.of(new Interaction("a", 2, null, 0), new Interaction("b", 1, null, 0))))
                .withMessageContaining("position=1, timestampMs=1, before it=2");
    }

    @Test
    void shouldKeepTheGoldenHashWhenAClickHasAnEventId() {
        assertThat(Interaction.of(new Click("u", "i", 5, "view", "e-1")))
                .isEqualTo(new Interaction("i", 5, "view", 0xd769bd57079dc641L));
        assertThat(Interaction.of(new Click("u", "i", 5, null, null)).eventIdHash())
                .isEqualTo(Interaction.NO_EVENT_ID);
        assertThat(EventIdHash.of("ß")).isEqualTo(0x6424cf2b492d4282L);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
