package io.freshet.memory;

import io.freshet.delta.Eviction;
import io.freshet.delta.MemoryDelta;
import io.freshet.delta.ModelDelta;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A memory of clicks beside a network: it knows an item after one click, where gradients need many.
 *
 * <p>It keeps for each item its {@linkplain NeighbourList neighbours}, the items clicked by the same users within a few
 * clicks before and after, and mixes what they and the user's own history suggest with the network's distribution, by
 * {@linkplain MixtureWeights weights} that depend on the context and are learned from each click. A mixture of a network
 * and what was seen lately: Grave, Joulin, Usunier, "Improving Neural Language Models with a Continuous Cache", ICLR 2017;
 * that people come back to what they clicked: Ren et al., "RepeatNet", AAAI 2019.
 *
 * <p>All of it is a function of its configuration and of what it was given, in order; no state depends on time, and no
 * number on how it was compiled. Memory is at most 12 bytes for each neighbour of each item, and 80 more for each item.
 * One thread changes it; many may read while it does not.
 */
public final class ClickMemory {
    private final MemoryConfig config;
    private final MixtureWeights weights = new MixtureWeights();
    private final NetworkScale scale = new NetworkScale();
    private @Nullable NeighbourList[] neighbours = new NeighbourList[0]; // by row
    private long clicks;

    /** A memory of nothing. */
    public ClickMemory(MemoryConfig config) {
        this.config = config;
    }

    public MemoryConfig config() {
        return config;
    }

    /** Clicks observed. */
    public long clicks() {
        return clicks;
    }

    /** What the network's scores are multiplied by before their softmax. */
    public float networkScale() {
        return scale.scale();
    }

    /**
     * Takes in that a user clicked {@code item} after {@code rows[from, to)}, oldest first.
     *
     * <p>Each of the newest items of that history is a neighbour of the new one, and the other way round, with a weight
     * that falls with their distance. A click on the same item again only says that it follows itself.
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
        clicks += nearest > 0 ? 1 : 0;
    }

    /** Forgets items as though they had never been clicked; what was learned of the mixture stays. */
    public void forget(List<Integer> itemRows) {
        BitSet rows = new BitSet();
        itemRows.forEach(rows::set);
        for (int row = 0; row < neighbours.length; row++) {
            NeighbourList list = neighbours[row];
            if (list != null) {
                list.forget(rows);
                neighbours[row] = list.size() == 0 || rows.get(row) ? null : list;
            }
        }
    }

    /**
     * Observes and forgets again what the delta's steps after {@code afterStep} did.
     *
     * @param delta the first part of one
     */
    public void apply(ModelDelta delta, long afterStep) {
        MemoryDelta told = delta.memory();
        if (told.mixture().length == 0) {
            return;
        }
        requireState(told.mixture());
        Iterator<Eviction> evictions = delta.evictions().stream()
                .filter(eviction -> eviction.step() > afterStep)
                .iterator();
        @Nullable Eviction next = evictions.hasNext() ? evictions.next() : null;
        int click = 0;
        int position = 0;
        for (int i = 0; i < told.clicksOfStep().length; i++) {
            long step = delta.fromStep() + 1 + i;
            for (int end = click + told.clicksOfStep()[i]; click < end; click++) {
                int to = position + told.historyLengths()[click];
                if (step > afterStep) {
                    observe(told.rows(), position, to, told.rows()[to]);
                }
                position = to + 1;
            }
            if (next != null && next.step() == step) {
                forget(next.rows());
                next = evictions.hasNext() ? evictions.next() : null;
            }
        }
        restoreMixture(told.mixture());
    }

    /**
     * Adds what it expects after {@code rows[from, to)}, oldest first, of which there must be one.
     *
     * @param target the row that came next, or {@link Expectations#NO_TARGET}
     */
    public void expect(int[] rows, int from, int to, int target, Expectations into) {
        int newest = rows[to - 1];
        NeighbourList list = neighboursOf(newest);
        int context = MixtureWeights.contextOf(list == null ? 0 : list.total(), to - from);
        int present = present(rows, from, to);
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
        if (Component.REPEAT.isIn(present)) {
            into.add(Component.REPEAT, weights.share(context, present, Component.REPEAT), newest, 1);
        }
        into.end();
    }

    /**
     * Learns how far to trust whom, from the targets of a batch in order.
     *
     * @param expectations of the batch, as this memory gave them since it last learned
     * @param networkProbabilities (histories) what the network gave each target
     * @param scoreGaps (histories) the mean of the network's scaled scores less the target's
     */
    public void learn(Expectations expectations, double[] networkProbabilities, double[] scoreGaps) {
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
        }
        scale.learn();
    }

    /** How far the network and the memory are trusted, as a {@link MemoryDelta} carries it. A copy. */
    public double[] mixture() {
        double[] state = new double[MixtureWeights.STATE + NetworkScale.STATE];
        weights.copyTo(state, 0);
        scale.copyTo(state, MixtureWeights.STATE);
        return state;
    }

    void restoreMixture(double[] state) {
        requireState(state);
        weights.copyFrom(state, 0);
        scale.copyFrom(state, MixtureWeights.STATE);
    }

    private static void requireState(double[] state) {
        if (state.length != MixtureWeights.STATE + NetworkScale.STATE) {
            throw new IllegalArgumentException("a mixture must have " + (MixtureWeights.STATE + NetworkScale.STATE)
                    + " numbers: mixture=" + state.length);
        }
        for (double number : state) {
            if (!(number >= 0 && number < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("a mixture's numbers must be finite and at least 0: " + number);
            }
        }
    }

    /** Rows that may have neighbours. */
    int rows() {
        return neighbours.length;
    }

    /** The neighbours of an item; null for one that never had any. */
    @Nullable
    NeighbourList neighboursOf(int row) {
        return row < neighbours.length ? neighbours[row] : null;
    }

    NeighbourList neighboursToChange(int row) {
        if (row >= neighbours.length) {
            neighbours = Arrays.copyOf(neighbours, Math.max(row + 1, 2 * neighbours.length));
        }
        NeighbourList list = neighbours[row];
        if (list == null) {
            list = new NeighbourList();
            neighbours[row] = list;
        }
        return list;
    }

    void restoreClicks(long count) {
        clicks = count;
    }

    /** The set of components that have something to say; a memory of nothing leaves it all to the network. */
    private int present(int[] rows, int from, int to) {
        int present = Component.NETWORK.bit();
        if (clicks == 0) {
            return present;
        }
        present |= Component.REPEAT.bit();
        NeighbourList list = neighboursOf(rows[to - 1]);
        present |= list != null && list.after() > 0 ? Component.FOLLOWERS.bit() : 0;
        present |= companionship(rows, from, to) > 0 ? Component.COMPANIONS.bit() : 0;
        for (int position = from; position < to; position++) {
            present |= rows[position] != rows[to - 1] ? Component.RETURN.bit() : 0;
        }
        return present;
    }

    private static void addFollowers(NeighbourList list, double share, Expectations into) {
        double total = list.after();
        for (int place = 0; place < list.size(); place++) {
            if (list.after(place) > 0) {
                into.add(Component.FOLLOWERS, share, list.row(place), list.after(place) / total);
            }
        }
    }

    private void addCompanions(int[] rows, int from, int to, double share, Expectations into) {
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

    /** Sum of 1 / gap over the newest items that have neighbours. */
    private double companionship(int[] rows, int from, int to) {
        double sum = 0;
        for (int gap = 1; gap <= Math.min(config.window(), to - from); gap++) {
            NeighbourList list = neighboursOf(rows[to - gap]);
            sum += list == null ? 0 : 1.0 / gap;
        }
        return sum;
    }

    private static void addReturns(int[] rows, int from, int to, double share, Expectations into) {
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
