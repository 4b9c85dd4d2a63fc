package io.freshet.lab.baseline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Ranks items by how often they occur in the sessions of other users that are most similar to the user's own. Each user has
 * one session. Of the sessions that share an item with it, those with the newest clicks are compared, and the most similar
 * of these are its neighbours. Items of no neighbour rank after all others, by {@link WindowedPopularity}.
 *
 * <p>Other users' sessions count as soon as they have a click. Memory is bounded: {@value #SESSIONS} sessions, and for each
 * item {@value #SAMPLE} places in the index.
 */
public final class SessionNeighbours implements Baseline {
    static final int SESSIONS = 100_000;
    static final int SAMPLE = 1_000;

    private static final int VSKNN_NEIGHBOURS = 100;
    private static final int STAN_NEIGHBOURS = 500;

    /** The sizes of a search for neighbours. */
    record Sizes(int sessions, int sample, int neighbours) {}

    private static final Comparator<Neighbour> BEST_FIRST = Comparator.comparingDouble(
                    (Neighbour neighbour) -> -neighbour.similarity)
            .thenComparingLong(neighbour -> -neighbour.click);

    private final SessionWeights weights;
    private final Sizes sizes;
    private final RecentSessions sessions;
    private final WindowedPopularity popularity;
    private final ScoredRows scores = new ScoredRows();
    private int[] placeOf = new int[0]; // by row: gap + 1 in the present session, 0 if it is not in it
    private int[] stampOf = new int[0]; // by row: the walk through a session that met it last
    private int stamp;

    /** A session that shares items; {@code gap} and {@code position} are those of the newest one of them. */
    private record Neighbour(int slot, long click, double similarity, int gap, int position) {}

    SessionNeighbours(SessionWeights weights, Sizes sizes, int popularityWindow) {
        this.weights = weights;
        this.sizes = sizes;
        this.sessions = new RecentSessions(sizes.sessions(), sizes.sample());
        this.popularity = new WindowedPopularity(popularityWindow);
    }

    /** Returns {@linkplain SessionWeights.Vsknn V-SKNN} with 100 neighbours. */
    public static SessionNeighbours vsknn(int popularityWindow) {
        return new SessionNeighbours(
                new SessionWeights.Vsknn(), new Sizes(SESSIONS, SAMPLE, VSKNN_NEIGHBOURS), popularityWindow);
    }

    /** Returns {@linkplain SessionWeights.Stan STAN} with 500 neighbours. */
    public static SessionNeighbours stan(int popularityWindow) {
        return new SessionNeighbours(
                SessionWeights.Stan.DEFAULTS, new Sizes(SESSIONS, SAMPLE, STAN_NEIGHBOURS), popularityWindow);
    }

    @Override
    public Ranks rank(UserState user, int target) {
        if (!popularity.isSeen(target)) {
            return Ranks.MISS;
        }
        score(user);
        Ranks ranks = scores.rank(target, user.seen(), popularity);
        scores.clear();
        return ranks;
    }

    @Override
    public void observe(UserState user, int item) {
        growTo(item);
        for (int row : user.history()) {
            growTo(row); // it may never have been observed itself: not every event in a history is a target
        }
        sessions.add(user, item);
        popularity.observe(item);
    }

    /** Returns the score of an item after a history; 0 if no neighbour has it. */
    double score(UserState user, int item) {
        score(user);
        double score = scores.score(item);
        scores.clear();
        return score;
    }

    private void score(UserState user) {
        int[] history = user.history();
        for (int position = 0; position < history.length; position++) {
            growTo(history[position]);
            placeOf[history[position]] = history.length - position;
        }
        for (Neighbour neighbour : neighbours(user)) {
            add(neighbour);
        }
        for (int row : history) {
            placeOf[row] = 0;
        }
    }

    private List<Neighbour> neighbours(UserState user) {
        int found = sessions.find(user, sizes.sample());
        long newestMs = Long.MIN_VALUE;
        for (int i = 0; i < found; i++) {
            newestMs = Math.max(newestMs, sessions.timeMs(sessions.found(i)));
        }
        List<Neighbour> all = new ArrayList<>(found);
        for (int i = 0; i < found; i++) {
            int slot = sessions.found(i);
            all.add(compared(slot, user.history().length, newestMs - sessions.timeMs(slot)));
        }
        all.removeIf(neighbour -> neighbour.similarity == 0); // the shared item has left the window of the session
        all.sort(BEST_FIRST);
        return all.subList(0, Math.min(all.size(), sizes.neighbours()));
    }

    private Neighbour compared(int slot, int length, long ageMs) {
        int[] rows = sessions.rows(slot);
        int items = 0;
        double sum = 0;
        int newest = Integer.MAX_VALUE;
        int newestPosition = 0;
        stamp++;
        for (int position = rows.length - 1; position >= 0; position--) {
            int gap = placeOf[rows[position]] - 1;
            boolean isNew = isNew(rows[position]);
            items += isNew ? 1 : 0;
            if (gap >= 0 && isNew) {
                sum += weights.ofShared(gap, length);
                newestPosition = gap < newest ? position : newestPosition;
                newest = Math.min(newest, gap);
            }
        }
        double similarity = sum == 0 ? 0 : sum * weights.ofSession(length, items, ageMs);
        return new Neighbour(slot, sessions.click(slot), similarity, newest, newestPosition);
    }

    private void add(Neighbour neighbour) {
        int[] rows = sessions.rows(neighbour.slot);
        stamp++;
        for (int position = rows.length - 1; position >= 0; position--) {
            if (isNew(rows[position])) {
                double weight = weights.ofItem(neighbour.gap, position - neighbour.position);
                scores.add(rows[position], neighbour.similarity * weight);
            }
        }
    }

    /** Returns whether the present walk, from the newest click on, meets a row for the first time. */
    private boolean isNew(int row) {
        boolean isNew = stampOf[row] != stamp;
        stampOf[row] = stamp;
        return isNew;
    }

    private void growTo(int row) {
        if (row >= placeOf.length) {
            int rows = Math.max(row + 1, 2 * placeOf.length);
            placeOf = Arrays.copyOf(placeOf, rows);
            stampOf = Arrays.copyOf(stampOf, rows);
        }
    }
}
