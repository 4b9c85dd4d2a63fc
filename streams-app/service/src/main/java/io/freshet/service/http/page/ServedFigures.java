package io.freshet.service.http.page;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.TrainerKeys;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.serving.ModelAdvance;
import io.freshet.service.serving.ModelListener;
import io.freshet.store.modellog.StepRecord;
import io.freshet.training.metrics.Accuracy;
import io.freshet.training.metrics.PrequentialMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Figures that an instance has without reading further topics: its own clicks, and the ranks in the model log, which
 * cover all clicks. They include neither baselines nor the latency of recommendations, for which it would have to read
 * every topic once more. Thread-safe.
 */
public final class ServedFigures implements PageMetrics.Source, ModelListener {
    private final String source;
    private final LiveModel live;
    private final MeterRegistry registry;
    private final PrequentialMetrics model; // guarded by this
    private final PrequentialMetrics network; // guarded by this
    private final PrequentialMetrics memory; // guarded by this
    private final LatencyBars clickToModel = new LatencyBars();
    private final RateWindow clickRate = new RateWindow();
    private final RateWindow stepRate = new RateWindow();

    public ServedFigures(FreshetConfig config, LiveModel live, MeterRegistry registry) {
        this.live = live;
        this.registry = registry;
        source = "application " + config.get(ProcessKeys.APPLICATION_ID) + " on "
                + config.kafka().bootstrapServers();
        int k = config.get(TrainerKeys.METRICS_K);
        int window = config.get(TrainerKeys.METRICS_WINDOW);
        model = new PrequentialMetrics(k, window);
        network = new PrequentialMetrics(k, window);
        memory = new PrequentialMetrics(k, window);
    }

    @Override
    public void advanced(ModelAdvance advance) {
        for (StepRecord step : advance.learned()) {
            observe(step);
            if (!advance.catchingUp()) {
                for (long clickMs : step.liveClickTimestampsMs()) {
                    clickToModel.record(Math.max(0, advance.appliedAtMs() - clickMs));
                }
            }
        }
    }

    private synchronized void observe(StepRecord step) {
        for (int position = 0; position < step.ranks().length; position++) {
            model.observe(step.ranks()[position]);
            network.observe(step.targetRanks().network()[position]);
            memory.observe(step.targetRanks().memory()[position]);
        }
    }

    @Override
    public PageMetrics now() {
        Counter accepted = registry.find("freshet.clicks.accepted").counter();
        long clicks = accepted == null ? 0 : (long) accepted.count();
        long nowNs = System.nanoTime();
        return new PageMetrics(
                source,
                live.isLoaded() ? (live.isRolledBack() ? "rolled back" : "serving") : "waiting for a model",
                clicks,
                clickRate.perSecond(nowNs, clicks),
                stepRate.perSecond(nowNs, Math.max(0, live.step())),
                PageMetrics.Model.of(live),
                quality(),
                null,
                clickToModel.latencies(),
                List.of());
    }

    private synchronized Map<String, Accuracy> quality() {
        Map<String, Accuracy> quality = new LinkedHashMap<>();
        quality.put("model", model.windowed());
        quality.put("network", network.windowed());
        quality.put("memory", memory.windowed());
        return quality;
    }
}
