package io.freshet.training.ranking;

import io.freshet.model.cooccurrence.CooccurrenceModel;
import io.freshet.model.cooccurrence.CooccurrenceScores;
import java.util.Random;

/** Fills a memory with random clicks. */
final class RandomMemory {
    /** Enough that repeats have factors that matter. */
    private static final int REPEAT_STEPS = 5;

    private RandomMemory() {}

    /** Observes {@code clicks} clicks on the first rows, after histories of one to five items. */
    static void fill(CooccurrenceModel memory, int rows, int clicks, long seed) {
        Random random = new Random(seed);
        CooccurrenceScores expectations = new CooccurrenceScores();
        double[] probabilities = random.doubles(clicks, 0, .05).toArray();
        double[] gaps = random.doubles(clicks, -2, 2.3).toArray();
        for (int click = 0; click < clicks; click++) {
            int[] history = random.ints(1 + random.nextInt(5), 0, rows).toArray();
            int item = random.nextInt(rows);
            memory.expect(history, 0, history.length, item, expectations);
            memory.observe(history, 0, history.length, item);
        }
        double[] expected = random.doubles(clicks == 0 ? 0 : expectations.end(clicks - 1), 0, .02)
                .toArray();
        for (int i = 0; i < REPEAT_STEPS; i++) {
            memory.learn(expectations, probabilities, gaps, expected);
        }
    }
}
