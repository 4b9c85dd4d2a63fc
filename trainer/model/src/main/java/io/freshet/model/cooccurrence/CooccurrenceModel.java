package io.freshet.model.cooccurrence;

import io.freshet.store.modellog.Eviction;
import io.freshet.store.modellog.MemoryDelta;
import io.freshet.store.modellog.ModelDelta;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A memory of clicks beside a network: it learns an item from one click, whereas gradient descent needs many.
 *
 * <p>For each item it keeps the {@linkplain NeighbourList neighbours}: the items that the same users clicked within a
 * few clicks before or after. It mixes the network's distribution with the suggestions of the neighbours, of the user's own
 * history, of {@linkplain SimilarSessions similar sessions}, and of the {@linkplain RecentClicks newest clicks} of all users. The
 * {@linkplain MixtureWeights weights} of the mixture depend on the context and are learned from each click. For the mixture of a network with recent observations see Grave, Joulin, Usunier,
 * "Improving Neural Language Models with a Continuous Cache", ICLR 2017; for users' returns to items that they
 * clicked see Ren et al., "RepeatNet", AAAI 2019. Beside the mixture it keeps {@linkplain RepeatFactors factors} for these
 * returns, for readers that recommend items of the history again.
 *
 * <p>The state is a function of the configuration and of the inputs in their order. It does not depend on time, and
 * no number depends on how the code was compiled. The memory takes at most 12 bytes for each neighbour of each item,
 * 88 more for each item, and 2.6 MB for the {@linkplain ClickLog newest clicks}. One thread changes it; many may read it while it
 * does not change.
 */
public final class CooccurrenceModel {
    /** Number of observed clicks after which a click is no longer part of a session. */
    public static final int LOGGED_CLICKS = ClickLog.CAPACITY;

    /** Maximum number of a user's newest clicks that {@link #erase} looks up. */
    public static final int ERASED_CLICKS = 64;

    private static final int FIRST_REPEAT = MixtureWeights.STATE + NetworkScale.STATE;
    private static final int STATE = FIRST_REPEAT + RepeatFactors.STATE;
    private static final int OLDER = MixtureWeights.STATE - MixtureWeights.STATE_WITHOUT_LOG;

    private static final int UNOBSERVED = 3; // maximum number of a history's newest clicks

    private final CooccurrenceConfig config;
    private final MixtureWeights weights = new MixtureWeights();
    private final NetworkScale scale = new NetworkScale();
    private final RepeatFactors repeats = new RepeatFactors();
    private final ClickLog log = new ClickLog();
    private final RecentClicks recent = new RecentClicks();
    private @Nullable NeighbourList[] neighbours = new NeighbourList[0]; // by row
    private long clicks;
    private int generation; // lists of earlier generations are shared with a frozen memory

    /** Creates an empty memory. */
    public CooccurrenceModel(CooccurrenceConfig config) {
        this.config = config;
    }

    public CooccurrenceConfig config() {
        return config;
    }

    /** Returns the number of clicks observed. */
    public long clicks() {
        return clicks;
    }

    /** Returns the factor of the network's scores in their softmax. */
    public float networkScale() {
        return scale.scale();
    }

    /**
     * Records that a user clicked {@code item} after {@code rows[from, to)}, oldest first.
     *
     * <p>Each of the newest items of that history becomes a neighbour of the new item, and the other way round, with a
     * weight that falls with their distance. Another click on the same item only records that the item follows itself.
     */
    public void observe(int[] rows, int from, int to, int item) {
        int nearest = Math.min(config.window(), to - from);
        for (int gap = 1; gap <= nearest; gap++) {
            int earlier = rows[to - gap];
            int weight = NeighbourList.NEAREST / gap;
            neighboursToChange(earlier).addAfter(item, weight, config);
            if (earlier != item) {
                neighboursToChange(item).addBefore(earlier, weight, config);
            }
        }
        if (nearest > 0) {
            clicks++;
            log.add(rows, to - nearest, to, to - from < config.window(), item);
            recent.add(item);
        }
    }

    /**
     * Erases the session of a user whose clicks {@code own[from, to)} this memory has observed, oldest first: these were on the items
     * that came last in the histories and on those that followed. The newest click must be the last of them. Erases nothing if
     * there is no such session. What the clicks taught about neighbours and the mixture is kept, and so are the newest
     * clicks of all users.
     *
     * @param own the newest {@value #ERASED_CLICKS} of these clicks, or all if there are fewer
     */
    public void erase(int[] own, int from, int to) {
        log.erase(own, from, to, to - from < ERASED_CLICKS);
    }

    /**
     * Forgets items. Their neighbours forget them, too, and the clicks on them no longer count. The learned mixture is kept, and
     * sessions keep their other clicks.
     */
    public void forget(List<Integer> itemRows) {
        BitSet rows = new BitSet();
        itemRows.forEach(rows::set);
        log.forget(rows);
        recent.forget(rows);
        for (int row = 0; row < neighbours.length; row++) {
            NeighbourList list = neighbours[row];
            if (list != null && rows.get(row)) {
                neighbours[row] = null;
            } else if (list != null && list.hasAny(rows)) {
                NeighbourList changed = neighboursToChange(row);
                changed.forget(rows);
                neighbours[row] = changed.size() == 0 ? null : changed;
            }
        }
    }

    /**
     * Returns this memory as it is now, for another thread to read while this one changes. It must not be
     * changed. Both share the neighbours of an item until this memory changes them, so this takes 8 to 16 bytes for each
     * item and the 2.6 MB of the newest clicks, and later the room of the items that change.
     */
    public CooccurrenceModel frozen() {
        CooccurrenceModel frozen = new CooccurrenceModel(config);
        frozen.neighbours = neighbours.clone();
        frozen.clicks = clicks;
        frozen.log.copyFrom(log);
        frozen.recent.copyFrom(recent);
        frozen.restoreMixture(mixture());
        generation++;
        return frozen;
    }

    /**
     * Replays the observations, erasures and evictions of the delta's steps after {@code afterStep}, and takes over the delta's
     * mixture.
     *
     * @param delta the first part of a delta
     */
    public void apply(ModelDelta delta, long afterStep) {
        MemoryDelta told = delta.memory();
        if (told.mixture().length == 0) {
            return;
        }
        double[] mixture = whole(told.mixture());
        Iterator<Eviction> evictions = delta.evictions().stream()
                .filter(eviction -> eviction.step() > afterStep)
                .iterator();
        @Nullable Eviction next = evictions.hasNext() ? evictions.next() : null;
        int click = 0;
        int position = 0;
        for (int i = 0; i < told.clicksOfStep().length; i++) {
            long step = delta.fromStep() + 1 + i;
            for (int end = click + told.clicksOfStep()[i]; click < end; click++) {
                int length = told.historyLengths()[click];
                int to = position + Math.abs(length);
                if (step > afterStep && length > 0) {
                    observe(told.rows(), position, to, told.rows()[to]);
                } else if (step > afterStep) {
                    erase(told.rows(), position, to);
                }
                position = length > 0 ? to + 1 : to;
            }
            if (next != null && next.step() == step) {
                forget(next.rows());
                next = evictions.hasNext() ? evictions.next() : null;
            }
        }
        restoreMixture(mixture);
    }

    /**
     * Adds the items that this memory expects after {@code rows[from, to)}, oldest first. The range must not be empty.
     *
     * @param target the row that came next, or {@link CooccurrenceScores#NO_TARGET}
     */
    public void expect(int[] rows, int from, int to, int target, CooccurrenceScores into) {
        int newest = rows[to - 1];
        NeighbourList list = neighboursOf(newest);
        int context = MixtureWeights.contextOf(list == null ? 0 : list.total(), to - from);
        int present = present(rows, from, to) | (isSimilarTo(rows, from, to, into) ? Component.SIMILAR.bit() : 0);
        into.begin(context, present, weights.share(context, present, Component.NETWORK), target);
        if (list != null && Component.FOLLOWERS.isIn(present)) {
            addFollowers(list, weights.share(context, present, Component.FOLLOWERS), into);
        }
        if (Component.COMPANIONS.isIn(present)) {
            addCompanions(rows, from, to, weights.share(context, present, Component.COMPANIONS), into);
        }
        if (Component.RETURN.isIn(present)) {
            addReturns(rows, from, to, weights.share(context, present, Component.RETURN), into);
        }
        if (Component.RECENT.isIn(present)) {
            recent.expect(weights.share(context, present, Component.RECENT), into);
        }
        if (Component.SIMILAR.isIn(present)) {
            into.similar().addTo(into, weights.share(context, present, Component.SIMILAR));
        }
        if (Component.REPEAT.isIn(present)) {
            into.add(Component.REPEAT, weights.share(context, present, Component.REPEAT), newest, 1);
            repeats.weigh(rows, from, to, into);
        }
        into.end();
    }

    /**
     * Learns the mixture from the targets of a batch, in order.
     *
     * @param expectations expectations for the batch, made by this memory since it last learned
     * @param networkProbabilities (histories) probability that the network gave each target
     * @param scoreGaps (histories) mean of the network's scaled scores, minus the target's
     * @param expected (places of the expectations) probability that the mixture gave each expected row
     */
    public void learn(
            CooccurrenceScores expectations, double[] networkProbabilities, double[] scoreGaps, double[] expected) {
        if (clicks == 0) {
            return;
        }
        double[] probabilities = new double[Component.COUNT];
        for (int history = 0; history < expectations.size(); history++) {
            expectations.targetProbabilities(history, probabilities);
            probabilities[Component.NETWORK.place()] = networkProbabilities[history];
            double thanks =
                    weights.learn(expectations.context(history), expectations.components(history), probabilities);
            scale.add(thanks, scoreGaps[history]);
            repeats.learn(expectations, history, expected);
        }
        scale.learn();
    }

    /**
     * Returns a copy of the mixture's state, as a {@link MemoryDelta} carries it: the weights of the components, the
     * network's scale, and the factors of repeats.
     */
    public double[] mixture() {
        double[] state = new double[STATE];
        weights.copyTo(state, 0);
        scale.copyTo(state, MixtureWeights.STATE);
        repeats.copyTo(state, FIRST_REPEAT);
        return state;
    }

    /**
     * Merges the mixtures of several learners: the mean of what they have learned since a common state, weighted by
     * clicks.
     *
     * @param base mixture that all learners began with
     * @param learned mixture of each learner, at least one
     */
    public static double[] mergeMixtures(double[] base, List<double[]> learned) {
        double[] common = whole(base);
        List<double[]> states = learned.stream().map(CooccurrenceModel::whole).toList();
        double[] merged = new double[STATE];
        MixtureWeights.merge(common, states, merged, 0);
        NetworkScale.merge(common, states, merged, MixtureWeights.STATE);
        RepeatFactors.merge(common, states, merged, FIRST_REPEAT);
        return merged;
    }

    /** Copies the neighbours of some items, the clicks and the mixture from another memory. */
    public void copyFrom(CooccurrenceModel other, int[] itemRows) {
        BitSet copied = new BitSet();
        for (int row : itemRows) {
            if (!copied.get(row)) {
                copied.set(row);
                copyFrom(other, row);
            }
        }
        clicks = other.clicks;
        log.copyFrom(other.log);
        recent.copyFrom(other.recent);
        restoreMixture(other.mixture());
    }

    private void copyFrom(CooccurrenceModel other, int row) {
        NeighbourList list = other.neighboursOf(row);
        if (list != null) {
            reserve(row);
            neighbours[row] = list.copy(generation);
        } else if (row < neighbours.length) {
            neighbours[row] = null;
        }
    }

    void restoreMixture(double[] mixture) {
        double[] state = whole(mixture);
        weights.copyFrom(state, 0);
        scale.copyFrom(state, MixtureWeights.STATE);
        repeats.copyFrom(state, FIRST_REPEAT);
    }

    /**
     * Returns a mixture with all components and the factors of repeats. What an older one lacks has the values of a new memory.
     *
     * @throws IllegalArgumentException if the mixture has another length, or a number that it cannot have
     */
    private static double[] whole(double[] mixture) {
        if (!isMixture(mixture)) {
            throw new IllegalArgumentException("a mixture must have " + STATE
                    + " numbers, or fewer of an older version: mixture=" + mixture.length);
        }
        for (double number : mixture) {
            if (!(number >= 0 && number < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("a mixture's numbers must be finite and at least 0: " + number);
            }
        }
        if (mixture.length == STATE) {
            return mixture;
        }
        double[] whole = new double[STATE];
        new RepeatFactors().copyTo(whole, FIRST_REPEAT);
        MixtureWeights.copyWithoutLog(mixture, whole);
        System.arraycopy(
                mixture,
                MixtureWeights.STATE_WITHOUT_LOG,
                whole,
                MixtureWeights.STATE,
                mixture.length - MixtureWeights.STATE_WITHOUT_LOG);
        return whole;
    }

    /** Returns whether a mixture has the length of one of this version or an older one. */
    public static boolean isMixture(double[] mixture) {
        return mixture.length == STATE || mixture.length == STATE - OLDER || mixture.length == FIRST_REPEAT - OLDER;
    }

    /** Returns the number of rows that may have neighbours. */
    int rows() {
        return neighbours.length;
    }

    /** Returns the neighbours of an item, or null if there are none. */
    @Nullable
    NeighbourList neighboursOf(int row) {
        return row < neighbours.length ? neighbours[row] : null;
    }

    NeighbourList neighboursToChange(int row) {
        reserve(row);
        NeighbourList list = neighbours[row];
        if (list == null) {
            list = new NeighbourList(generation);
            neighbours[row] = list;
        } else if (list.generation() != generation) {
            list = list.copy(generation);
            neighbours[row] = list;
        }
        return list;
    }

    private void reserve(int row) {
        if (row >= neighbours.length) {
            neighbours = Arrays.copyOf(neighbours, Math.max(row + 1, 2 * neighbours.length));
        }
    }

    void restoreClicks(long count) {
        clicks = count;
    }

    ClickLog log() {
        return log;
    }

    RecentClicks recent() {
        return recent;
    }

    /** Returns the set of components that have a prediction. While the memory is empty, only the network has one. */
    private int present(int[] rows, int from, int to) {
        int present = Component.NETWORK.bit();
        if (clicks == 0) {
            return present;
        }
        present |= Component.REPEAT.bit();
        NeighbourList list = neighboursOf(rows[to - 1]);
        present |= list != null && list.after() > 0 ? Component.FOLLOWERS.bit() : 0;
        present |= companionship(rows, from, to) > 0 ? Component.COMPANIONS.bit() : 0;
        present |= recent.size() > 0 ? Component.RECENT.bit() : 0;
        for (int position = from; position < to; position++) {
            present |= rows[position] != rows[to - 1] ? Component.RETURN.bit() : 0;
        }
        return present;
    }

    private boolean isSimilarTo(int[] rows, int from, int to, CooccurrenceScores into) {
        return config.isOn() && into.similar().search(log, rows, from, to, lastClick(rows, from, to));
    }

    /**
     * Returns the last click of the session that is a user's own, or {@link ClickLog#NONE}. The memory may not have observed the
     * newest clicks of the history yet.
     */
    private int lastClick(int[] rows, int from, int to) {
        int slot = ClickLog.NONE;
        for (int end = to; end > from && end >= to - UNOBSERVED && slot == ClickLog.NONE; end--) {
            int first = Math.max(from, end - config.window());
            slot = log.lastOf(rows, first, end, end - from < config.window());
        }
        return slot;
    }

    private static void addFollowers(NeighbourList list, double share, CooccurrenceScores into) {
        double total = list.after();
        for (int place = 0; place < list.size(); place++) {
            if (list.after(place) > 0) {
                into.add(Component.FOLLOWERS, share, list.row(place), list.after(place) / total);
            }
        }
    }

    private void addCompanions(int[] rows, int from, int to, double share, CooccurrenceScores into) {
        double all = companionship(rows, from, to);
        for (int gap = 1; gap <= Math.min(config.window(), to - from); gap++) {
            NeighbourList list = neighboursOf(rows[to - gap]);
            if (list != null) {
                double total = gap * all * list.total();
                for (int place = 0; place < list.size(); place++) {
                    into.add(
                            Component.COMPANIONS,
                            share,
                            list.row(place),
                            (list.after(place) + list.before(place)) / total);
                }
            }
        }
    }

    /** Returns the sum of 1 / gap over the newest items that have neighbours. */
    private double companionship(int[] rows, int from, int to) {
        double sum = 0;
        for (int gap = 1; gap <= Math.min(config.window(), to - from); gap++) {
            NeighbourList list = neighboursOf(rows[to - gap]);
            sum += list == null ? 0 : 1.0 / gap;
        }
        return sum;
    }

    private static void addReturns(int[] rows, int from, int to, double share, CooccurrenceScores into) {
        double all = 0;
        for (int gap = 2; gap <= to - from; gap++) {
            all += rows[to - gap] == rows[to - 1] ? 0 : 1.0 / gap;
        }
        for (int gap = 2; gap <= to - from; gap++) {
            if (rows[to - gap] != rows[to - 1]) {
                into.add(Component.RETURN, share, rows[to - gap], 1 / (gap * all));
            }
        }
    }
}
