package io.freshet.workbench.demo.count;

import io.freshet.service.http.page.PageMetrics;
import io.freshet.service.http.page.RateWindow;
import io.freshet.service.serving.LiveModel;
import io.freshet.training.metrics.Accuracy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Figures of a demo's page: the demo's own counts, including the baselines and the latency of recommendations. */
public final class PageFigures implements PageMetrics.Source {
    private static final int SHOWN_USERS = 12;

    private final String source;
    private final Supplier<String> status;
    private final PipelineCounts counts;
    private final LiveModel live;
    private final MeasuredLatency clickToRecommendation;
    private final MeasuredLatency clickToModel;
    private final RateWindow clickRate = new RateWindow();
    private final RateWindow stepRate = new RateWindow();

    /** @param status supplies the demo's current activity; called by another thread */
    public PageFigures(
            String source,
            Supplier<String> status,
            PipelineCounts counts,
            LiveModel live,
            MeasuredLatency clickToRecommendation,
            MeasuredLatency clickToModel) {
        this.source = source;
        this.status = status;
        this.counts = counts;
        this.live = live;
        this.clickToRecommendation = clickToRecommendation;
        this.clickToModel = clickToModel;
    }

    @Override
    public PageMetrics now() {
        PipelineCounts.Figures figures = counts.figures();
        long nowNs = System.nanoTime();
        return new PageMetrics(
                source,
                status.get(),
                figures.clicks().accepted(),
                clickRate.perSecond(nowNs, figures.clicks().accepted()),
                stepRate.perSecond(nowNs, figures.journal().steps()),
                PageMetrics.Model.of(live),
                quality(counts.recent()),
                clickToRecommendation.shown().latencies(),
                clickToModel.shown().latencies(),
                users());
    }

    private List<String> users() {
        return counts.newestUsers(SHOWN_USERS).stream()
                .map(RecentUsers.RecentUser::userId)
                .toList();
    }

    private static Map<String, Accuracy> quality(PrequentialRace.Standing standing) {
        Map<String, Accuracy> quality = new LinkedHashMap<>();
        quality.put("model", standing.model());
        quality.put("network", standing.network());
        quality.put("memory", standing.memory());
        quality.put("rules", standing.rules());
        quality.put("popularity", standing.popularity());
        return quality;
    }
}
