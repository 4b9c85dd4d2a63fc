package io.freshet.lab.prequential;

import io.freshet.store.modellog.StepRecord;
import io.freshet.training.metrics.Accuracy;
import io.freshet.training.metrics.PrequentialMetrics;
import io.freshet.training.metrics.RankCounts;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Results of one runner: over each slice of the counted events, and over the newest events along the stream. */
final class MethodScores {
    private final PrequentialMetrics recent;
    private final Map<Slice, RankCounts> counts = new EnumMap<>(Slice.class);
    private final List<Accuracy> curve = new ArrayList<>();

    /** @param window number of events in the moving metrics */
    MethodScores(int window) {
        recent = new PrequentialMetrics(ComparisonConfig.K, window);
        for (Slice slice : Slice.values()) {
            counts.put(slice, new RankCounts(ComparisonConfig.K));
        }
    }

    /**
     * Records the rank of a click.
     *
     * @param counted whether the click is among the reported events
     */
    void observe(StreamClick click, int rank, boolean counted) {
        recent.observe(rank);
        if (counted && StepRecord.isRanked(rank)) {
            counts.forEach((slice, ranks) -> {
                if (slice.includes(click)) {
                    ranks.observe(rank);
                }
            });
        }
    }

    /** Adds a point to the curve. */
    void mark() {
        curve.add(recent.windowed());
    }

    Accuracy recent() {
        return recent.windowed();
    }

    ComparisonResult.Figures figures() {
        Map<Slice, Accuracy> accuracy = new EnumMap<>(Slice.class);
        counts.forEach((slice, ranks) -> accuracy.put(slice, ranks.accuracy()));
        return new ComparisonResult.Figures(
                accuracy, Objects.requireNonNull(counts.get(Slice.ALL)).standardErrors(), List.copyOf(curve));
    }
}
