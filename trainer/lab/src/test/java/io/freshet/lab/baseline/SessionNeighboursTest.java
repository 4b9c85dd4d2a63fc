package io.freshet.lab.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.store.modellog.StepRecord;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Scores of small examples, computed by hand. */
final class SessionNeighboursTest {
    private static final int A = 0;
    private static final int B = 1;
    private static final int C = 2;
    private static final int D = 3;
    private static final int E = 4;

    private static final SessionWeights VSKNN = new SessionWeights.Vsknn();
    private static final SessionWeights STAN = new SessionWeights.Stan(1, 1_000, 2);
    private static final SessionNeighbours.Sizes AMPLE = new SessionNeighbours.Sizes(100, 100, 100);

    @Test
    void shouldScoreAsVsknnDoes() {
        SessionNeighbours baseline = baseline(VSKNN, AMPLE);

        // b is the newest of two clicks: 1; a is the one before: 1/2. Similarities: 1.5 and 1.
        assertScores(baseline, history(A, B), 1.5, 2.5, 1.5, 1, 0);
        // The newest item that they share with a, b, c and b, d is the one before the newest: 1/2, and items count 1/2.
        assertScores(baseline, history(B, E), .25, .5, .25, .25, 1);
        // Only the newest of two clicks on an item counts.
        assertScores(baseline, history(B, B), 1, 2, 1, 1, 0);
    }

    @Test
    void shouldScoreAsStanDoes() {
        SessionNeighbours baseline = baseline(STAN, AMPLE);

        // Session a, b, c is two seconds older than b, d.
        double abc = (1 + Math.exp(-1)) / Math.sqrt(2 * 3) * Math.exp(-2);
        double bd = 1 / Math.sqrt(2 * 2);
        double next = Math.exp(-1 / 2.);
        assertScores(baseline, history(A, B), abc * next, abc + bd, abc * next, bd * next, 0);
        // The newest shared item of a, b, c is a, two clicks before c.
        double ofA = Math.exp(-2);
        assertScores(
                baseline,
                history(A, D),
                1 / Math.sqrt(6) * Math.exp(-1) * ofA,
                1 / Math.sqrt(6) * Math.exp(-1) * ofA * next + 1 / Math.sqrt(4) * next,
                1 / Math.sqrt(6) * Math.exp(-1) * ofA * Math.exp(-1),
                1 / Math.sqrt(4),
                0);
    }

    @Test
    void shouldRankByScoreThenByPopularity() {
        SessionNeighbours baseline = baseline(VSKNN, AMPLE);
        UserState user = history(A, B);

        assertThat(baseline.rank(user, B)).isEqualTo(new Ranks(1, StepRecord.MISS));
        assertThat(baseline.rank(user, C)).as("tied with a, which was seen").isEqualTo(new Ranks(3, 1));
        assertThat(baseline.rank(user, D)).isEqualTo(new Ranks(4, 2));
        assertThat(baseline.rank(user, E)).as("in no neighbour").isEqualTo(new Ranks(5, 3));
        assertThat(baseline.rank(user, 17)).isEqualTo(Ranks.MISS);
    }

    @Test
    void shouldCountTheMostSimilarNeighboursOnly() {
        assertScores(baseline(VSKNN, new SessionNeighbours.Sizes(100, 100, 1)), history(A, B), 1.5, 1.5, 1.5, 0, 0);
    }

    @Test
    void shouldCompareTheNewestSessionsOnly() {
        assertScores(baseline(VSKNN, new SessionNeighbours.Sizes(100, 1, 100)), history(A, B), 0, 1, 0, 1, 0);
    }

    @Test
    void shouldForgetTheOldestSessions() {
        SessionNeighbours baseline = baseline(VSKNN, new SessionNeighbours.Sizes(2, 100, 100));
        assertScores(baseline, history(A, B), 0, 1, 0, 1, 0);
    }

    @Test
    void shouldKnowItemsThatAreInHistoriesOnly() {
        SessionNeighbours baseline = baseline(VSKNN, AMPLE);
        int unobserved = 1_000;
        int[] viewed = {unobserved};
        baseline.observe(new UserState(4, 7_000, viewed, viewed), E);

        assertThat(baseline.score(history(E), unobserved)).isEqualTo(1);
        assertThat(baseline.rank(history(E), unobserved)).isEqualTo(Ranks.MISS);
    }

    @Test
    void shouldNotBeItsOwnNeighbour() {
        UserState second = new UserState(2, 9_000, new int[] {B, D}, new int[] {B, D});
        assertScores(baseline(VSKNN, AMPLE), second, .25, .25, .25, 0, 0);
    }

    /** Returns a baseline that has observed the sessions a, b, c and b, d and e of three users. */
    private static SessionNeighbours baseline(SessionWeights weights, SessionNeighbours.Sizes sizes) {
        SessionNeighbours baseline = new SessionNeighbours(weights, sizes, 100);
        observe(baseline, 1, 1_000, A, B, C);
        observe(baseline, 2, 4_000, B, D);
        observe(baseline, 3, 6_000, E);
        return baseline;
    }

    /** Lets a user click once a second. */
    private static void observe(SessionNeighbours baseline, int user, long fromMs, int... items) {
        for (int i = 0; i < items.length; i++) {
            int[] history = Arrays.copyOf(items, i);
            baseline.observe(new UserState(user, fromMs + 1_000L * i, history, history), items[i]);
        }
    }

    private static UserState history(int... rows) {
        return new UserState(9, 9_000, rows, rows);
    }

    private static void assertScores(SessionNeighbours baseline, UserState user, double... scores) {
        for (int row = 0; row < scores.length; row++) {
            assertThat(baseline.score(user, row)).as("row %d", row).isCloseTo(scores[row], within(1e-12));
        }
    }
}
