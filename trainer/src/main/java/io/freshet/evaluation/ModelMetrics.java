package io.freshet.evaluation;

/**
 * Figures of a model that mixes a network with a memory, and of its parts, over the same events.
 *
 * @param served what the model serves: the mixture
 * @param network its network alone
 * @param memory its memory alone
 */
public record ModelMetrics(PrequentialMetrics served, PrequentialMetrics network, PrequentialMetrics memory) {
    /**
     * Figures of no events.
     *
     * @param k length of the list that counts as a hit, 1 to 127
     * @param window events in the moving figures, at least 1
     */
    public static ModelMetrics none(int k, int window) {
        return new ModelMetrics(
                new PrequentialMetrics(k, window),
                new PrequentialMetrics(k, window),
                new PrequentialMetrics(k, window));
    }
}
