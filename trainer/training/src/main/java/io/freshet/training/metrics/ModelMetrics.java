package io.freshet.training.metrics;

/**
 * Metrics of a model that mixes a network with a memory, and of its two parts, over the same events.
 *
 * @param served metrics of the mixture, which the model serves
 * @param network metrics of the network alone
 * @param memory metrics of the memory alone
 */
public record ModelMetrics(PrequentialMetrics served, PrequentialMetrics network, PrequentialMetrics memory) {
    /**
     * Returns metrics without events.
     *
     * @param k cut-off, 1 to 127: a target ranked among the first k is a hit
     * @param window number of events in the windowed figures, at least 1
     */
    public static ModelMetrics none(int k, int window) {
        return new ModelMetrics(
                new PrequentialMetrics(k, window),
                new PrequentialMetrics(k, window),
                new PrequentialMetrics(k, window));
    }
}
