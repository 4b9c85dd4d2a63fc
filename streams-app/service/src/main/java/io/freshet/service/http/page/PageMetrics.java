package io.freshet.service.http.page;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.freshet.service.serving.LiveModel;
import io.freshet.training.metrics.Accuracy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Figures that the page shows at one moment. Immutable.
 *
 * @param source description of the source of the clicks, for a person
 * @param status current activity, for a person
 * @param clicks number of accepted clicks
 * @param clicksPerSecond accepted clicks per second, over the last seconds
 * @param stepsPerSecond training steps applied to the served weights per second, over the last seconds
 * @param model the served model; null if there is none
 * @param quality prequential figures over the newest events, by ranker: {@code model} and whatever it is compared to, in
 *     the order of the legend
 * @param clickToRecommendation latency from a click's record to its answer's record; null if it is not measured
 * @param clickToModel latency from a click's record until the served weights include the click
 * @param users some recently active users, to be looked at; empty if they are not known
 */
public record PageMetrics(
        String source,
        String status,
        long clicks,
        double clicksPerSecond,
        double stepsPerSecond,
        @JsonInclude(Include.ALWAYS) @Nullable Model model,
        Map<String, Accuracy> quality,
        @JsonInclude(Include.ALWAYS) @Nullable Latencies clickToRecommendation,
        Latencies clickToModel,
        List<String> users) {
    public PageMetrics {
        quality = new LinkedHashMap<>(quality);
        users = List.copyOf(users);
    }

    /**
     * The served model.
     *
     * @param ageMs time since the weights changed
     * @param rolledBack whether an older snapshot is served in place of the newest weights
     */
    public record Model(String version, long step, long ageMs, boolean rolledBack) {
        /** Returns the model that a live model serves, or null if there is none. */
        public static @Nullable Model of(LiveModel live) {
            return live.isLoaded() ? new Model(live.version(), live.step(), live.ageMs(), live.isRolledBack()) : null;
        }
    }

    /** Supplies figures. Called about once a second, always by the same thread. */
    public interface Source {
        PageMetrics now();
    }
}
