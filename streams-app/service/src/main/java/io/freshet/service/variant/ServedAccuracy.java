package io.freshet.service.variant;

import io.freshet.training.metrics.Accuracy;
import io.freshet.training.metrics.PrequentialMetrics;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;

/**
 * Accuracy of a variant's served answers since the process started, measured by the users' next clicks: HR, NDCG and MRR at
 * k, of all events and of the newest ones.
 *
 * <p>An event is a click of a user who had been given an answer before. Its rank is the rank of the clicked item in the
 * newest such answer; it is a miss if the item is not there. The trainer's metrics rank each click among all items.
 * These metrics instead measure the answers that were served: with filters, with fallbacks, and with the model of that
 * moment. Thread-safe.
 */
public final class ServedAccuracy {
    /** Rank of an item that is not in the answer. */
    static final int MISS = Integer.MAX_VALUE;

    private final int k;
    private final PrequentialMetrics metrics; // guarded by this
    private final DistributionSummary hr;
    private final DistributionSummary ndcg;
    private final DistributionSummary mrr;

    /**
     * @param registry receives the metrics, tagged with the variant
     * @param k number of leading items in which a click counts as a hit
     * @param window number of events in the moving metrics
     */
    public ServedAccuracy(MeterRegistry registry, String variant, int k, int window) {
        this.k = k;
        metrics = new PrequentialMetrics(k, window);
        hr = summary(registry, variant, "hr", "Hit rate at k of served answers, measured by the user's next click");
        ndcg = summary(registry, variant, "ndcg", "NDCG at k of served answers, measured by the user's next click");
        mrr = summary(registry, variant, "mrr", "MRR at k of served answers, measured by the user's next click");
        gauge(
                registry,
                variant,
                "hr",
                "Hit rate at k of the newest served answers, measured by the user's next click",
                Accuracy::hr);
        gauge(
                registry,
                variant,
                "ndcg",
                "NDCG at k of the newest served answers, measured by the user's next click",
                Accuracy::ndcg);
        gauge(
                registry,
                variant,
                "mrr",
                "MRR at k of the newest served answers, measured by the user's next click",
                Accuracy::mrr);
    }

    /** Counts one event. */
    void observe(int rank) {
        synchronized (this) {
            metrics.observe(rank);
        }
        boolean hit = rank <= k;
        hr.record(hit ? 1 : 0);
        ndcg.record(hit ? Math.log(2) / Math.log(rank + 1.0) : 0);
        mrr.record(hit ? 1.0 / rank : 0);
    }

    /** Returns the accuracy over the newest events. */
    public synchronized Accuracy windowed() {
        return metrics.windowed();
    }

    /** Returns the accuracy over all events. */
    public synchronized Accuracy running() {
        return metrics.running();
    }

    private static DistributionSummary summary(
            MeterRegistry registry, String variant, String name, String description) {
        return DistributionSummary.builder("freshet.served." + name)
                .description(description)
                .tag("variant", variant)
                .register(registry);
    }

    private void gauge(
            MeterRegistry registry,
            String variant,
            String name,
            String description,
            ToDoubleFunction<Accuracy> figure) {
        Gauge.builder("freshet.served.window." + name, this, accuracy -> figure.applyAsDouble(accuracy.windowed()))
                .description(description)
                .tag("variant", variant)
                .register(registry);
    }
}
