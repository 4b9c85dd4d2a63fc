package io.freshet.model.cooccurrence;

import java.util.Arrays;
import java.util.List;

/**
 * How much more often users return to an item of their history than the mixture says, by context. The factor of an item is
 * the product of those of its traits. With p the mixture's probability, f an item's factor and H the items of the history:
 *
 * <pre>
 * p'(v) = f(v) p(v) / D for v in H,   p'(v) = p(v) / D for others,   D = 1 + Σ<sub>v in H</sub> (f(v) - 1) p(v)
 * </pre>
 *
 * <p>This is a log-linear model with the mixture as its base (Della Pietra, Della Pietra, Lafferty, "Inducing Features of
 * Random Fields", 1997). All factors begin at 1, so it begins as the mixture. Each click makes one Newton step for each
 * trait t of the history's items, with a diagonal Fisher information I, which is forgotten exponentially:
 *
 * <pre>
 * q<sub>t</sub> = Σ<sub>v in H with t</sub> p'(v),   g<sub>t</sub> = [the clicked item is in H and has t] - q<sub>t</sub>,
 * I<sub>t</sub> ← (1 - 1 / {@value #MEMORY}) I<sub>t</sub> + q<sub>t</sub> (1 - q<sub>t</sub>),
 * log f<sub>t</sub> ← log f<sub>t</sub> + g<sub>t</sub> / ({@value #PRIOR} + {@value #GROUPS} I<sub>t</sub>)
 * </pre>
 *
 * <p>An item has {@value #GROUPS} traits: how often the user clicked it, how many items the history has, and how often the
 * user has returned to an item before. There is a set of traits for the newest item, and one for the others. No trait
 * depends on time. How often all users together repeat an item is known elsewhere in the memory: in the item's list of
 * neighbours, the item follows itself. Takes {@value #STATE} numbers, however many items there are. Not thread-safe.
 */
final class RepeatFactors {
    private static final int GROUPS = 3;
    private static final int COUNTS = 3;
    private static final int LENGTHS = 5;
    private static final int RETURNS = 7;
    private static final int FIRST_LENGTH = COUNTS;
    private static final int FIRST_RETURN = FIRST_LENGTH + LENGTHS;
    private static final int HALF = FIRST_RETURN + RETURNS; // traits of the newest item; as many of the others
    private static final int TRAITS = 2 * HALF;

    private static final int TRAIT_BITS = 8; // of each trait among the traits of an item
    private static final int TRAIT_MASK = (1 << TRAIT_BITS) - 1;

    private static final int MEMORY = 500; // clicks
    private static final int PRIOR = 10; // information that the initial factors count as
    private static final double LONGEST_STEP = .5;
    private static final double LEAST = 1.0 / 16;
    private static final double MOST = 16;

    /** Length of the state that {@link #copyTo} writes. */
    static final int STATE = 2 * TRAITS + 1;

    private final double[] factors = new double[TRAITS];
    private final double[] information = new double[TRAITS];
    private double clicks; // number of clicks learned from

    private final double[] expected = new double[TRAITS]; // q of the click that is learned

    RepeatFactors() {
        Arrays.fill(factors, 1);
    }

    /** Gives the items of an open history, all of which a component expects, their traits and factors. */
    void weigh(int[] rows, int from, int to, CooccurrenceScores into) {
        int items = 0;
        for (int position = from; position < to; position++) {
            items += into.countClick(rows[position]) == 1 ? 1 : 0;
        }
        int newest = rows[to - 1];
        int length = FIRST_LENGTH + lengthLevel(items);
        int returns = FIRST_RETURN + returnLevel(to - from - items, into.clicksOn(newest) > 1);
        for (int place = into.openStart(); place < into.openEnd(); place++) {
            if (into.isRepeat(place)) {
                int first = into.row(place) == newest ? 0 : HALF;
                int count = first + Math.min(into.clicksAt(place), COUNTS) - 1;
                double factor = factors[count] * factors[first + length] * factors[first + returns];
                into.setRepeat(place, packed(count, first + length, first + returns), bounded(factor));
            }
        }
    }

    private static int lengthLevel(int items) {
        return items <= 2 ? items - 1 : items <= 4 ? 2 : items <= 8 ? 3 : 4;
    }

    /** @param ofNewest whether the newest click was a return, too */
    private static int returnLevel(int returns, boolean ofNewest) {
        int level = returns <= 1 ? returns : returns <= 3 ? 2 : 3;
        return level == 0 ? 0 : 2 * level - 1 + (ofNewest ? 1 : 0);
    }

    private static int packed(int count, int length, int returns) {
        return (((count << TRAIT_BITS) | length) << TRAIT_BITS) | returns;
    }

    private static int trait(int packed, int group) {
        return (packed >> (group * TRAIT_BITS)) & TRAIT_MASK;
    }

    private static double bounded(double factor) {
        return Math.max(LEAST, Math.min(MOST, factor));
    }

    /**
     * Learns from a click. A click whose probabilities are not finite is ignored.
     *
     * @param probabilities (places of the expectations) probability that the mixture gave each expected row
     */
    void learn(CooccurrenceScores expectations, int history, double[] probabilities) {
        double normalizer = 1;
        boolean isKnown = false;
        for (int place = expectations.start(history); place < expectations.end(history); place++) {
            if (expectations.isRepeat(place)) {
                normalizer += (expectations.repeatFactor(place) - 1) * probabilities[place];
                isKnown = true;
            }
        }
        if (!isKnown || !(normalizer > 0 && normalizer < Double.POSITIVE_INFINITY)) {
            return;
        }
        Arrays.fill(expected, 0);
        for (int place = expectations.start(history); place < expectations.end(history); place++) {
            if (expectations.isRepeat(place)) {
                double share = expectations.repeatFactor(place) * probabilities[place] / normalizer;
                for (int group = 0; group < GROUPS; group++) {
                    expected[trait(expectations.traits(place), group)] += share;
                }
            }
        }
        int target = expectations.targetPlace(history);
        boolean isReturn = target >= 0 && expectations.isRepeat(target);
        for (int trait = 0; trait < TRAITS; trait++) {
            if (expected[trait] > 0) {
                step(trait, isReturn && has(expectations.traits(target), trait) ? 1 : 0);
            }
        }
        clicks++;
    }

    /** @param clicked 1 if the clicked item has the trait, otherwise 0 */
    private void step(int trait, int clicked) {
        double q = Math.min(1, expected[trait]);
        information[trait] += q * (1 - q) - information[trait] / MEMORY;
        double step = (clicked - q) / (PRIOR + GROUPS * information[trait]);
        double bounded = Math.max(-LONGEST_STEP, Math.min(LONGEST_STEP, step));
        factors[trait] = bounded(factors[trait] * StrictMath.exp(bounded));
    }

    private static boolean has(int packed, int trait) {
        for (int group = 0; group < GROUPS; group++) {
            if (trait(packed, group) == trait) {
                return true;
            }
        }
        return false;
    }

    /** Writes the state into {@code state}, from {@code position} on. */
    void copyTo(double[] state, int position) {
        System.arraycopy(factors, 0, state, position, TRAITS);
        System.arraycopy(information, 0, state, position + TRAITS, TRAITS);
        state[position + 2 * TRAITS] = clicks;
    }

    /** Restores the state that {@link #copyTo} wrote. */
    void copyFrom(double[] state, int position) {
        System.arraycopy(state, position, factors, 0, TRAITS);
        System.arraycopy(state, position + TRAITS, information, 0, TRAITS);
        clicks = state[position + 2 * TRAITS];
    }

    /**
     * Merges what several learners have learned since a common state: the mean of their factors and their information,
     * weighted by their clicks since then. Clicks are added up.
     *
     * @param base state that all learners began with
     * @param learned state of each learner
     * @param into receives the merged state at the same position
     */
    static void merge(double[] base, List<double[]> learned, double[] into, int position) {
        WeightedMean mean = new WeightedMean(base, learned, position + 2 * TRAITS);
        for (int i = 0; i < 2 * TRAITS; i++) {
            mean.write(position + i, into);
        }
        into[position + 2 * TRAITS] = mean.totalClicks();
    }
}
