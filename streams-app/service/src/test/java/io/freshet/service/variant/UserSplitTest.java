package io.freshet.service.variant;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class UserSplitTest {
    private static final int USERS = 100_000;

    /** The expected places were computed by another program, from the definition in the class's Javadoc. */
    @Test
    void shouldPutEachUserWhereTheDefinitionDoes() {
        assertThat(placeOf("", "alice")).isEqualTo(71);
        assertThat(placeOf("", "bob")).isEqualTo(406);
        assertThat(placeOf("", "zoë")).isEqualTo(390);
        assertThat(placeOf("", "42")).isEqualTo(73);
        assertThat(placeOf("winter", "alice")).isEqualTo(52);
        assertThat(placeOf("winter", "bob")).isEqualTo(878);
        assertThat(placeOf("winter", "zoë")).isEqualTo(197);
        assertThat(placeOf("winter", "42")).isEqualTo(688);
    }

    /** Returns a user's place in thousandths: which of a thousand equal variants the user gets. */
    private static int placeOf(String salt, String user) {
        List<UserSplit.Share> thousand = IntStream.range(0, 1_000)
                .mapToObj(i -> new UserSplit.Share(Integer.toString(i), 1))
                .toList();
        return Integer.parseInt(new UserSplit(salt, thousand).variantOf(user.getBytes(UTF_8)));
    }

    @Test
    void shouldGiveEachVariantItsShareOfTheUsers() {
        Map<String, Long> users = count(split("", 50, 30, 20, 0));

        assertThat(users).containsOnlyKeys("a", "b", "c");
        assertThat(share(users, "a")).isCloseTo(.5, within(.005));
        assertThat(share(users, "b")).isCloseTo(.3, within(.005));
        assertThat(share(users, "c")).isCloseTo(.2, within(.005));
    }

    @Test
    void shouldMoveNoUserWhomTheBordersDoNotPassWhenSharesChange() {
        UserSplit before = split("", 50, 50);
        UserSplit after = split("", 60, 40);
        UserSplit inOtherUnits = split("", 1.5, 1);

        Map<String, Long> moves = IntStream.range(0, USERS)
                .mapToObj(UserSplitTest::user)
                .map(user -> before.variantOf(user) + after.variantOf(user))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));

        assertThat(moves).containsOnlyKeys("aa", "bb", "ba");
        assertThat(share(moves, "ba")).isCloseTo(.1, within(.005));
        assertThat(IntStream.range(0, USERS).mapToObj(UserSplitTest::user))
                .allMatch(user -> inOtherUnits.variantOf(user).equals(after.variantOf(user)));
    }

    @Test
    void shouldSplitAnewWhenTheSaltChanges() {
        UserSplit one = split("one", 1, 1);
        UserSplit other = split("other", 1, 1);

        long same = IntStream.range(0, USERS)
                .mapToObj(UserSplitTest::user)
                .filter(user -> one.variantOf(user).equals(other.variantOf(user)))
                .count();

        assertThat((double) same / USERS).isCloseTo(.5, within(.01));
    }

    @Test
    void shouldHaveNoVariantWhenThereIsNoSplit() {
        assertThat(UserSplit.NONE.variantOf(user(1))).isEmpty();
        assertThat(UserSplit.NONE.isOn()).isFalse();
    }

    @Test
    void shouldRefuseSharesThatSayNothing() {
        assertThatThrownBy(() -> split("", 0, 0)).hasMessageStartingWith("shares must not all be 0");
        assertThatThrownBy(() -> split("", 1, -1)).hasMessage("a share must be 0 or more: variant=b share=-1.0");
        assertThatThrownBy(() -> split("", Double.NaN)).hasMessage("a share must be 0 or more: variant=a share=NaN");
        assertThatThrownBy(() -> new UserSplit("", List.of(new UserSplit.Share("a", 1), new UserSplit.Share("a", 2))))
                .hasMessageStartingWith("a variant must have one share");
    }

    private static Map<String, Long> count(UserSplit split) {
        return IntStream.range(0, USERS)
                .mapToObj(user -> split.variantOf(user(user)))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    private static double share(Map<String, Long> users, String key) {
        return (double) users.getOrDefault(key, 0L) / USERS;
    }

    private static UserSplit split(String salt, double... weights) {
        return new UserSplit(
                salt,
                IntStream.range(0, weights.length)
                        .mapToObj(i -> new UserSplit.Share(String.valueOf((char) ('a' + i)), weights[i]))
                        .toList());
    }

    private static byte[] user(int number) {
        return ("user-" + number).getBytes(UTF_8);
    }
}
