package io.freshet.model.cooccurrence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ClickLogTest {
    private static final int USERS = 500;
    private static final int ITEMS = 300;

    private final ClickLog log = new ClickLog();

    @Test
    void shouldJoinAUsersClicks() {
        log.add(new int[] {1}, 0, 1, true, 2);
        log.add(new int[] {1}, 0, 1, true, 3); // another user, whose history also is item 1
        log.add(new int[] {1, 2}, 0, 2, true, 4);
        log.add(new int[] {1, 3}, 0, 2, true, 5);

        assertThat(sessionOf(log.newestOf(4))).containsExactly(1, 2, 4);
        assertThat(sessionOf(log.newestOf(5))).containsExactly(1, 3, 5);
        assertThat(log.session(log.newestOf(4))).isNotEqualTo(log.session(log.newestOf(5)));
        assertThat(log.size()).isEqualTo(6);
    }

    @Test
    void shouldPreferTheSessionThatHasNoEarlierClick() {
        session(1, 2, 3);
        session(2, 3);
        session(4, 2, 3);

        log.add(new int[] {2, 3}, 0, 2, true, 5);
        assertThat(sessionOf(log.newestOf(5))).containsExactly(2, 3, 5);

        log.add(
                new int[] {9, 2, 3},
                1,
                3,
                false,
                6); // the history is a part of another, so the newest session is taken
        assertThat(sessionOf(log.newestOf(6))).containsExactly(4, 2, 3, 6);

        session(2, 3);
        log.add(new int[] {9, 2, 3}, 0, 3, true, 7); // the session is only a part of the history
        assertThat(sessionOf(log.newestOf(7))).containsExactly(2, 3, 7);

        log.add(new int[] {2, 3}, 0, 2, true, 8); // the only session left begins earlier
        assertThat(sessionOf(log.newestOf(8))).containsExactly(1, 2, 3, 8);

        log.add(new int[] {2, 3}, 0, 2, true, 9);
        assertThat(sessionOf(log.newestOf(9))).containsExactly(3, 9);
    }

    @Test
    void shouldContinueASessionWithForgottenItems() {
        session(1, 2, 3);
        session(1, 4, 3, 2);

        forget(2);

        assertThat(log.newestOf(2)).isEqualTo(ClickLog.NONE);
        log.add(new int[] {1, 3}, 0, 2, true, 5);
        assertThat(sessionOf(log.newestOf(5))).containsExactly(1, ClickLog.FORGOTTEN, 3, 5);
        log.add(new int[] {1, 4, 3}, 0, 3, true, 6);
        assertThat(sessionOf(log.newestOf(6))).containsExactly(1, 4, 3, ClickLog.FORGOTTEN, 6);
        session(7, 2); // the row has another item now
        assertThat(chainOf(2)).hasSize(1);
    }

    @Test
    void shouldAddNoMoreThanTwoClicksWhenItemsArePopular() {
        int before = 0;
        for (int user = 10; user < 1_010; user++) {
            session(user, 1);
            before = log.size();
        }

        log.add(new int[] {10, 1}, 0, 2, true, 2); // this user's session has too many newer clicks

        assertThat(log.size()).isEqualTo(before + 2);
    }

    @Test
    void shouldEraseTheSessionThatEndsWithAUsersClicks() {
        session(1, 2, 3);
        session(1, 2, 4);
        session(5, 2, 3);

        erase(1, 2, 3);

        assertThat(log.size()).isEqualTo(9);
        assertThat(chainOf(1)).hasSize(1);
        assertThat(chainOf(2)).hasSize(2);
        assertThat(sessionOf(log.newestOf(4))).containsExactly(1, 2, 4);
        assertThat(sessionOf(log.newestOf(3))).containsExactly(5, 2, 3);
        log.add(new int[] {1, 2, 3}, 0, 3, true, 6);
        assertThat(sessionOf(log.newestOf(6)))
                .as("the erased session does not continue")
                .containsExactly(3, 6);
    }

    @Test
    void shouldEraseNothingWhenNoSessionEndsWithTheClicks() {
        session(1, 2, 3);
        session(2, 3, 4);

        erase(4, 2, 3); // no click on 2 comes after one on 4
        erase(3); // one click is in many sessions
        erase(3, 9);
        erase(1, 2);

        assertThat(sessionOf(log.newestOf(4))).containsExactly(2, 3, 4);
        assertThat(chainOf(3).stream().map(this::sessionOf)).containsExactly(List.of(2, 3), List.of(1, 2, 3));
    }

    @Test
    void shouldEraseTheSessionWithTheMostClicksOfTheUserThenOneWithoutEarlierOnes() {
        session(1, 2, 3);
        session(2, 3);
        session(4, 2, 3);
        session(2, 3);

        erase(1, 2, 3);
        assertThat(log.newestOf(1)).isEqualTo(ClickLog.NONE);
        erase(2, 3);
        erase(2, 3);
        assertThat(chainOf(3).stream().map(this::sessionOf)).containsExactly(List.of(4, 2, 3));
        erase(2, 3); // as if the user had continued the session of another
        assertThat(log.newestOf(4)).isEqualTo(ClickLog.NONE);
    }

    @Test
    void shouldEraseASessionWithForgottenItems() {
        session(1, 2, 3, 4);
        forget(2);
        forget(4);

        erase(1, 3);

        assertThat(log.newestOf(1)).isEqualTo(ClickLog.NONE);
        assertThat(log.newestOf(3)).isEqualTo(ClickLog.NONE);
    }

    @Test
    void shouldEraseAlsoTheSessionsBeforeOneThatHadToBeginAnew() {
        for (int user = 10; user < 1_010; user++) {
            session(user, 1);
        }
        log.add(new int[] {10, 1}, 0, 2, true, 2); // this user's session has too many newer clicks
        session(10, 1);

        erase(10, 1, 2);

        assertThat(log.newestOf(2)).isEqualTo(ClickLog.NONE);
        assertThat(chainOf(1)).hasSize(1_000);
        assertThat(chainOf(10).stream().map(log::newerThan))
                .as("a session that began later is another user's")
                .containsExactly(1);
    }

    private void erase(int... own) {
        log.erase(own, 0, own.length, true);
    }

    private void session(int... rows) {
        for (int to = 1; to < rows.length; to++) {
            log.add(rows, 0, to, true, rows[to]);
        }
    }

    private void forget(int row) {
        BitSet rows = new BitSet();
        rows.set(row);
        log.forget(rows);
    }

    @Test
    void shouldKeepTheNewestClicksOfEachItemInOrder() {
        Deque<Integer> newest = clicks(ClickLog.CAPACITY + 30_000, 3);

        assertThat(log.size()).isEqualTo(ClickLog.CAPACITY);
        List<Integer> expected = new ArrayList<>(newest);
        for (int newer = 0; newer < ClickLog.CAPACITY; newer++) {
            assertThat(log.row(log.slot(newer))).isEqualTo(expected.get(newer));
        }
        for (int row = 0; row < ITEMS; row++) {
            int item = row;
            List<Integer> ages = new ArrayList<>();
            for (int newer = 0; newer < ClickLog.CAPACITY; newer++) {
                if (expected.get(newer) == item) {
                    ages.add(newer);
                }
            }
            assertThat(chainOf(row).stream().map(log::newerThan)).isEqualTo(ages);
        }
    }

    @Test
    void shouldKeepTheOtherClicksInOrderWhenSessionsAreErased() {
        clicks(ClickLog.CAPACITY + 30_000, 7);
        int erased = 0;
        for (int newer = 0; newer < 2_000; newer += 7) {
            int[] own = sessionOf(log.slot(newer)).stream()
                    .mapToInt(row -> row)
                    .filter(row -> row != ClickLog.FORGOTTEN)
                    .toArray();
            int before = log.row(log.slot(newer));
            log.erase(own, Math.max(0, own.length - 64), own.length, own.length < 64);
            erased += before != ClickLog.FORGOTTEN && log.row(log.slot(newer)) == ClickLog.FORGOTTEN ? 1 : 0;
        }
        ClickLog restored = restored();

        assertThat(erased).isGreaterThan(20);
        for (int row = 0; row < ITEMS; row++) {
            int item = row;
            List<Integer> ages = IntStream.range(0, ClickLog.CAPACITY)
                    .filter(newer -> log.row(log.slot(newer)) == item)
                    .boxed()
                    .toList();
            assertThat(chainOf(row).stream().map(log::newerThan)).isEqualTo(ages);
            assertThat(restored.newerThan(restored.newestOf(row))).isEqualTo(log.newerThan(log.newestOf(row)));
        }
    }

    private ClickLog restored() {
        ClickLog restored = new ClickLog();
        for (int newer = log.size() - 1; newer >= 0; newer--) {
            restored.restore(log.row(log.slot(newer)), log.distanceBefore(log.slot(newer)));
        }
        return restored;
    }

    @Test
    void shouldLinkBothWaysWithinASession() {
        clicks(ClickLog.CAPACITY + 30_000, 4);

        for (int newer = 0; newer < ClickLog.CAPACITY; newer++) {
            int slot = log.slot(newer);
            int before = log.beforeOf(slot);
            int after = log.afterOf(slot);
            if (before != ClickLog.NONE) {
                assertThat(log.afterOf(before)).isEqualTo(slot);
                assertThat(log.session(before)).isEqualTo(log.session(slot));
            }
            if (after != ClickLog.NONE) {
                assertThat(log.beforeOf(after)).isEqualTo(slot);
            }
        }
    }

    @Test
    void shouldContinueAsACopyDoes() {
        clicks(ClickLog.CAPACITY + 1_000, 5);
        ClickLog copy = new ClickLog();
        copy.copyFrom(log);
        ClickLog restored = restored();

        Random random = new Random(6);
        for (int i = 0; i < 30_000; i++) {
            int[] history = random.ints(1 + random.nextInt(2), 0, ITEMS).toArray();
            int item = random.nextInt(ITEMS);
            for (ClickLog each : List.of(log, copy, restored)) {
                each.add(history, 0, history.length, false, item);
            }
        }

        for (int newer = 0; newer < ClickLog.CAPACITY; newer++) {
            for (ClickLog other : List.of(copy, restored)) {
                assertThat(other.row(other.slot(newer))).isEqualTo(log.row(log.slot(newer)));
                assertThat(ageBefore(other, newer)).isEqualTo(ageBefore(log, newer));
            }
        }
    }

    private static int ageBefore(ClickLog log, int newer) {
        int before = log.beforeOf(log.slot(newer));
        return before == ClickLog.NONE ? -1 : log.newerThan(before);
    }

    /** Lets users click, each with a history of up to three items, and returns the rows in the log, newest first. */
    private Deque<Integer> clicks(int count, long seed) {
        Random random = new Random(seed);
        Deque<Integer> newest = new ArrayDeque<>();
        List<List<Integer>> histories = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            histories.add(new ArrayList<>(List.of(random.nextInt(ITEMS))));
        }
        for (int click = 0; click < count; click++) {
            List<Integer> history = histories.get(random.nextInt(USERS));
            int[] rows = history.stream().mapToInt(row -> row).toArray();
            int item = random.nextInt(ITEMS);
            boolean isNew = log.lastOf(rows, 0, rows.length, rows.length < 3) == ClickLog.NONE;
            log.add(rows, 0, rows.length, rows.length < 3, item);
            if (isNew) {
                newest.addFirst(history.getLast());
            }
            newest.addFirst(item);
            history.add(item);
            if (history.size() > 3) {
                history.removeFirst();
            }
        }
        return newest;
    }

    private List<Integer> sessionOf(int last) {
        List<Integer> rows = new ArrayList<>();
        for (int slot = last; slot != ClickLog.NONE; slot = log.beforeOf(slot)) {
            rows.addFirst(log.row(slot));
        }
        return rows;
    }

    private List<Integer> chainOf(int row) {
        List<Integer> slots = new ArrayList<>();
        for (int slot = log.newestOf(row); slot != ClickLog.NONE; slot = log.olderOf(slot)) {
            slots.add(slot);
        }
        return slots;
    }
}
