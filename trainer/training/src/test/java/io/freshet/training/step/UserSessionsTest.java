package io.freshet.training.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freshet.model.cooccurrence.CooccurrenceModel;
import io.freshet.store.format.BinaryFormat;
import io.freshet.store.format.ByteWriter;
import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UserSessionsTest {
    private static final String GOLDEN = "464301" + "02"
            + "04616e6e61" + "07" + "03" + "03" + "04" + "02"
            + "0462657274" + "02" + "04" + "07" + "d804" + "09" + "06"
            + "9349125e";

    private final UserSessions sessions = sample();

    /** Returns a session of anna, 1, 2 and 1, and two of bert: 3 and 300, and 4 and 3. */
    private static UserSessions sample() {
        UserSessions sessions = new UserSessions();
        sessions.add("anna", 1, 2, 5);
        sessions.add("bert", 3, 300, 6);
        sessions.add("anna", 2, 1, 7);
        sessions.add("bert", 4, 3, 9);
        return sessions;
    }

    @Test
    void shouldTellTheSessionsOfAUserOnce() {
        assertThat(sessions.remove("bert")).containsExactly(new int[] {4, 3}, new int[] {3, 300});
        assertThat(sessions.remove("bert")).isEmpty();
        assertThat(sessions.remove("carl")).isEmpty();
        assertThat(sessions.remove("anna")).containsExactly(new int[] {1, 2, 1});
    }

    @Test
    void shouldKeepTheNewestClicksOfAUser() {
        for (int item = 0; item < 100; item++) {
            sessions.add("anna", item == 0 ? 1 : item - 1, item, 9 + item);
        }
        assertThat(sessions.remove("anna"))
                .containsExactly(IntStream.range(100 - CooccurrenceModel.ERASED_CLICKS, 100)
                        .toArray());
    }

    @Test
    void shouldKeepAUserAsLongAsTheNewestClickMayBeInASession() {
        sessions.add("carl", 1, 2, 6 + CooccurrenceModel.LOGGED_CLICKS);
        sessions.add("carl", 2, 3, 7 + CooccurrenceModel.LOGGED_CLICKS);

        assertThat(sessions.remove("anna")).isEmpty();
        assertThat(sessions.remove("bert")).hasSize(2);
    }

    @Test
    void shouldForgetItems() {
        sessions.forget(List.of(4, 1));

        assertThat(sessions.remove("anna")).as("one click is no session").isEmpty();
        assertThat(sessions.remove("bert")).containsExactly(new int[] {3, 300});
        sessions.add("anna", 1, 2, 10);
        sessions.forget(List.of(1, 2));
        assertThat(sessions.encode()).isEqualTo(new UserSessions().encode());
    }

    @Test
    void shouldKeepASessionApartWhoseFirstItemIsForgotten() {
        sessions.add("bert", 3, 5, 10);
        sessions.forget(List.of(4));

        assertThat(sessions.remove("bert")).containsExactly(new int[] {3, 5}, new int[] {3, 300});
    }

    @Test
    void shouldTakeOverTheRowsOfAMergeAndTheClicksOfOthers() {
        sessions.merge(Map.of(1, 300, 300, 1), 7, 1_000);

        UserSessions expected = new UserSessions();
        expected.add("anna", 300, 2, 5);
        expected.add("bert", 3, 1, 6);
        expected.add("anna", 2, 300, 7);
        expected.add("bert", 4, 3, 1_009);
        assertThat(sessions.encode()).isEqualTo(expected.encode());
    }

    @Test
    void shouldKeepOnlyTheUsersOfALearner() {
        sessions.keep(user -> user.equals("bert"));

        assertThat(sessions.remove("anna")).isEmpty();
        assertThat(sessions.remove("bert")).hasSize(2);
    }

    @Test
    void shouldWriteTheGoldenBytesAndGoOnAlikeFromThem() {
        UserSessions read = UserSessions.decode(HexFormat.of().parseHex(GOLDEN), 301);
        UserSessions frozen = sessions.frozen();
        for (UserSessions each : List.of(sessions, read)) {
            each.add("anna", 1, 7, 12);
            each.remove("bert");
        }

        assertThat(HexFormat.of().formatHex(frozen.encode())).isEqualTo(GOLDEN);
        assertThat(read.encode()).isEqualTo(sessions.encode());
    }

    @Test
    void shouldRefuseDamagedBytes() {
        byte[] bytes = HexFormat.of().parseHex(GOLDEN);
        for (int bit = 0; bit < Byte.SIZE * bytes.length; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            assertThatExceptionOfType(FormatException.class)
                    .as("bit %d flipped", bit)
                    .isThrownBy(() -> UserSessions.decode(flipped, 301));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "01 0161 07 02 03 d804, row=300",
        "01 0161 07 00 00, clicks=0",
        "02 0161 07 01 03 0161 07 01 03, user=a",
        "02 0161 ffffffffffffffff7f 01 03 0162 01 01 03, number=-",
        "01 0161 07 01 03 00, bytes",
    })
    void shouldRefuseWhatCannotBe(String body, String message) {
        BinaryFormat format = new BinaryFormat("sessions", 'C', 1, 1);
        ByteWriter writer = format.writer(64);
        writer.writeBytes(HexFormat.of().parseHex(body.replace(" ", "")));
        byte[] file = format.seal(writer);
        assertThatExceptionOfType(CorruptFormatException.class)
                .isThrownBy(() -> UserSessions.decode(file, 300))
                .withMessageContaining(message);
    }
}
