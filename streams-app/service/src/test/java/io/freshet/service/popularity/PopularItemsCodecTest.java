package io.freshet.service.popularity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.store.format.CorruptFormatException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

public final class PopularItemsCodecTest {
    private static final PopularItems POPULAR =
            new PopularItems(1_000, -1, 2.0, List.of(new PopularItems.Item("a", 1.0), new PopularItems.Item("ü", 0.5)));
    private static final String GOLDEN = "465003" + "d00f" + "01" + "0000000000000040" + "02" + "0161"
            + "000000000000f03f" + "02c3bc" + "000000000000e03f";

    @Test
    void shouldWriteTheGoldenBytes() {
        String hex = HexFormat.of().formatHex(PopularItemsCodec.encode(POPULAR));

        assertThat(hex).startsWith(GOLDEN).hasSize(GOLDEN.length() + 8);
    }

    /** Version 2, with the time of the newest click (2000) in place of the current time. */
    public static final String GOLDEN_V2 = "465002" + "d00f" + "a01f" + "0000000000000040" + "02" + "0161"
            + "000000000000f03f" + "02c3bc" + "000000000000e03f" + "615430fe";

    @Test
    void shouldTakeThePresentForUnknownWhenVersionTwoHasTheNewestClickInItsPlace() {
        PopularItems popular = PopularItemsCodec.decode(HexFormat.of().parseHex(GOLDEN_V2));

        assertThat(popular).isEqualTo(new PopularItems(1_000, 0, 2.0, POPULAR.items()));
    }

    @Test
    void shouldReadWhatItWrote() {
        assertThat(PopularItemsCodec.decode(PopularItemsCodec.encode(POPULAR))).isEqualTo(POPULAR);
    }

    @Test
    void shouldRefuseBytesWhenOneIsChanged() {
        byte[] bytes = PopularItemsCodec.encode(POPULAR);
        bytes[9] ^= 1;

        assertThatThrownBy(() -> PopularItemsCodec.decode(bytes)).isInstanceOf(CorruptFormatException.class);
    }
}
