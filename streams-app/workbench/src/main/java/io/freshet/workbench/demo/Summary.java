package io.freshet.workbench.demo;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.freshet.app.clickfile.ClickFileSummary;
import io.freshet.training.metrics.Accuracy;
import io.freshet.workbench.demo.count.LatencyHistogram;
import io.freshet.workbench.demo.count.MemoryUse;
import io.freshet.workbench.demo.count.PrequentialRace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fate of every click, with accuracy and latency: the document that {@code --json} writes, one component for each
 * key.
 *
 * @param clicks what was read and what became of it
 * @param users number of users with a sequence
 * @param items number of distinct items among the accepted clicks
 * @param training work of the trainer
 * @param prequential accuracy of the model, of its parts and of the baselines on the same events, after the first tenth
 *     of the stream
 * @param recommendations number of records on the recommendations topic
 * @param latencyMs latency from a click's Kafka timestamp, for this run's clicks after the warm-up
 * @param memory memory use of the process, one sample every ten seconds
 * @param wallSeconds duration of this run
 * @param input summary of the click files; null if the generator made the clicks
 */
record Summary(
        Clicks clicks,
        long users,
        long items,
        Training training,
        Prequential prequential,
        long recommendations,
        Latencies latencyMs,
        List<MemoryUse> memory,
        double wallSeconds,
        @Nullable ClickFileSummary input) {
    /**
     * Counts of clicks. {@code accepted + duplicates + tooLate + deadLetters = read} once everything has been dealt
     * with.
     */
    record Clicks(long read, long accepted, long duplicates, long tooLate, long deadLetters) {
        long dealtWith() {
            return accepted + duplicates + tooLate + deadLetters;
        }
    }

    /**
     * @param steps number of steps in the journal
     * @param targets number of clicks that were learned from as new ones
     * @param seconds training time, over all runs on the state
     * @param snapshots number of snapshots announced
     */
    record Training(long steps, long targets, double seconds, long snapshots) {}

    /**
     * Prequential accuracy.
     *
     * @param served accuracy of the served model, the mixture of its network and its memory; its keys are at the top
     *     level
     * @param network accuracy of the network alone
     * @param memory accuracy of the memory alone
     */
    record Prequential(@JsonUnwrapped At10 served, At10 network, At10 memory, Baselines baselines) {
        static Prequential of(PrequentialRace.Standing standing) {
            return new Prequential(
                    At10.of(standing.model()),
                    At10.of(standing.network()),
                    At10.of(standing.memory()),
                    new Baselines(At10.of(standing.popularity()), At10.of(standing.rules())));
        }
    }

    record Baselines(At10 popularity, At10 rules) {}

    record At10(long events, double hr10, double ndcg10, double mrr10) {
        static At10 of(Accuracy accuracy) {
            return new At10(accuracy.events(), accuracy.hr(), accuracy.ndcg(), accuracy.mrr());
        }
    }

    record Latencies(Percentiles clickToRecommendation, Percentiles clickToModel) {}

    /** Percentiles; null if nothing was measured. */
    record Percentiles(@Nullable Long p50, @Nullable Long p99) {
        static Percentiles of(LatencyHistogram histogram) {
            return histogram.count() == 0
                    ? new Percentiles(null, null)
                    : new Percentiles(histogram.percentileMs(.5), histogram.percentileMs(.99));
        }
    }

    Summary withInput(@Nullable ClickFileSummary read) {
        return new Summary(
                clicks, users, items, training, prequential, recommendations, latencyMs, memory, wallSeconds, read);
    }
}
