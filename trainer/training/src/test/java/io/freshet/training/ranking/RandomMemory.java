package io.freshet.training.ranking;

import io.freshet.model.cooccurrence.CooccurrenceModel;
import io.freshet.model.cooccurrence.CooccurrenceScores;
import java.util.Random;

/** Fills a memory with random clicks. */
final class RandomMemory {
    /** Enough that repeats have factors that matter. */
    private static final int REPEAT_STEPS = 5;

    /** How much more often the mixture expects the newest item than the other items of a history. */
    private static final double NEWEST = 40;

    private RandomMemory() {}

    /**
     * Observes {@code clicks} clicks on the first rows, after histories of one to five items. Users return to the newest item
     * less often than the mixture expects, and to the others more often.
     */
    static void fill(CooccurrenceModel memory, int rows, int clicks, long seed) {
        Random random = new Random(seed);
        CooccurrenceScores expectations = new CooccurrenceScores();
        double[] probabilities = random.doubles(clicks, 0, .05).toArray();
        double[] gaps = random.doubles(clicks, -2, 2.3).toArray();
        int[] newest = new int[clicks];
        for (int click = 0; click < clicks; click++) {
            int[] history = random.ints(1 + random.nextInt(5), 0, rows).toArray();
            int item = random.nextInt(rows);
            newest[click] = history[history.length - 1];
            memory.expect(history, 0, history.length, item, expectations);
            memory.observe(history, 0, history.length, item);
        }
        double[] expected = random.doubles(clicks == 0 ? 0 : expectations.end(clicks - 1), 0, .02)
                .toArray();
        for (int click = 0; click < clicks; click++) {
            int place = expectations.placeOf(click, newest[click]);
            if (place >= 0) { // nothing is expected before the first click
                expected[place] *= NEWEST;
            }
        }
        for (int i = 0; i < REPEAT_STEPS; i++) {
            memory.learn(expectations, probabilities, gaps, expected);
        }
    }
}
