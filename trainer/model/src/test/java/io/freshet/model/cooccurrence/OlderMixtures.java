package io.freshet.model.cooccurrence;

import java.util.Arrays;

/** Makes mixtures as older versions wrote them. */
final class OlderMixtures {
    static final int WITHOUT_LOG = 304;
    static final int WITHOUT_LOG_AND_REPEATS = 243;

    private static final int CONTEXTS = 40;
    private static final int COMPONENTS = 5;

    private OlderMixtures() {}

    /** Returns a mixture without the weights of the last two components, cut to a length. */
    static double[] of(double[] mixture, int length) {
        double[] older = new double[WITHOUT_LOG];
        for (int context = 0; context < CONTEXTS; context++) {
            System.arraycopy(mixture, context * Component.COUNT, older, context * COMPONENTS, COMPONENTS);
        }
        int clicks = CONTEXTS * COMPONENTS;
        System.arraycopy(mixture, CONTEXTS * Component.COUNT, older, clicks, WITHOUT_LOG - clicks);
        return Arrays.copyOf(older, length);
    }

    /** Returns what a reader makes of it: the weight of each of the last two components is .05 in each context. */
    static double[] read(double[] mixture) {
        double[] read = mixture.clone();
        for (int context = 0; context < CONTEXTS; context++) {
            int first = context * Component.COUNT;
            for (int c = 0; c < Component.COUNT; c++) {
                read[first + c] = c < COMPONENTS ? .9 * read[first + c] : .05;
            }
        }
        return read;
    }
}
