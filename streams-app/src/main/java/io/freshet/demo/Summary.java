package io.freshet.demo;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.freshet.clickfile.ClickFileSummary;
import io.freshet.evaluation.Accuracy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of every click, and how well and how fast: the document that {@code --json} writes, one component for each
 * key.
 *
 * @param clicks what was read and what became of it
 * @param users users with a sequence
 * @param items different items among the accepted clicks
 * @param training what the trainer did
 * @param prequential accuracy of the model, of its parts and of the baselines on the same events, after the first tenth
 *     of the stream
 * @param recommendations records on the recommendations topic
 * @param latencyMs from a click's Kafka timestamp, for the clicks of this run after the warm-up
 * @param memory what the process took, a sample every ten seconds
 * @param wallSeconds length of this run
 * @param input what was read of the click files; null where the generator made the clicks
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
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    /** {@code accepted + duplicates + tooLate + deadLetters = read} once everything has been dealt with. */
    record Clicks(long read, long accepted, long duplicates, long tooLate, long deadLetters) {
        long dealtWith() {
            return accepted + duplicates + tooLate + deadLetters;
        }
    }

    /**
     * @param steps steps in the journal
     * @param targets clicks that were learned from as new ones
     * @param seconds time spent on them, over all runs on the state
     * @param snapshots snapshots announced
     */
    record Training(long steps, long targets, double seconds, long snapshots) {}

    /**
     * The figures are those of what the model serves, the mixture of its network and its memory.
     *
     * @param network its network alone
     * @param memory its memory alone
     */
    record Prequential(
            long events, double hr10, double ndcg10, double mrr10, At10 network, At10 memory, Baselines baselines) {
        static Prequential of(PrequentialRace.Standing standing) {
            Accuracy model = standing.model();
            return new Prequential(
                    model.events(),
                    model.hr(),
                    model.ndcg(),
                    model.mrr(),
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

    /** Null where nothing was measured. */
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

    /** Writes the document under a temporary name first, so that a reader never finds half of it. */
    void write(Path file) throws IOException {
        Path whole = file.toAbsolutePath();
        Path temporary = whole.resolveSibling(whole.getFileName() + ".tmp");
        Files.writeString(temporary, toJson() + "\n");
        Files.move(temporary, whole, StandardCopyOption.REPLACE_EXISTING);
    }

    String toJson() throws IOException {
        return JSON.writeValueAsString(this);
    }
}
