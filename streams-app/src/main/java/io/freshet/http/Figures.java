package io.freshet.http;

import io.freshet.evaluation.Accuracy;
import io.freshet.scoring.LiveModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows of one moment. Immutable.
 *
 * @param source what the clicks come from, for a person
 * @param status what is going on, for a person
 * @param clicks those that were accepted
 * @param clicksPerSecond over the last seconds
 * @param stepsPerSecond training steps that came into the served weights, over the last seconds
 * @param model what is served; null while there is none
 * @param quality prequential figures over the newest events, by who ranked them: {@code model} and whatever it is
 *     compared to, in the order of the legend
 * @param clickToRecommendation from a click's record to its answer's; null where nobody measures it
 * @param clickToModel from a click's record to its being in the served weights
 * @param users some who clicked of late, to be looked at; empty where nobody knows
 */
public record Figures(
        String source,
        String status,
        long clicks,
        double clicksPerSecond,
        double stepsPerSecond,
        @Nullable Model model,
        Map<String, Accuracy> quality,
        @Nullable Latencies clickToRecommendation,
        Latencies clickToModel,
        List<String> users) {
    public Figures {
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
        /** What a live model serves; null while there is none. */
        public static @Nullable Model of(LiveModel live) {
            return live.isLoaded() ? new Model(live.version(), live.step(), live.ageMs(), live.isRolledBack()) : null;
        }
    }

    /** Where figures come from. Asked about once a second, always by the same thread. */
    public interface Source {
        Figures now();
    }
}
