package io.freshet.workbench.backtest;

import io.freshet.model.recommender.ModelConfig;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.RecordKeys;
import io.freshet.service.config.key.SequencerKeys;
import io.freshet.store.event.EventTypes;
import io.freshet.store.sequence.RepeatPolicy;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.learner.TrainingConfig;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;

/**
 * A configuration of a backtest.
 *
 * @param settings what distinguishes it from the configuration that runs
 */
public record Candidate(String name, Map<String, String> settings, FreshetConfig config) {
    /** Keys on where the clicks are, which all configurations of a backtest share, begin with one of these. */
    private static final List<String> SHARED = List.of("kafka.", "topics.");

    /** Keys on how clicks are decoded begin with one of these. */
    private static final List<String> DECODING = List.of("clicks.", "schema.");

    /** Loads the configuration that runs, with further settings. */
    @FunctionalInterface
    public interface Loader {
        /**
         * Loads the configuration.
         *
         * @throws ConfigException if a key is unknown or a value is invalid
         */
        FreshetConfig load(Map<String, String> settings) throws IOException;
    }

    /**
     * Loads a configuration.
     *
     * @throws ConfigException if a key is unknown, a value is invalid, or a key says where the clicks are
     */
    public static Candidate load(String name, Map<String, String> settings, Loader loader) throws IOException {
        for (String key : settings.keySet()) {
            if (SHARED.stream().anyMatch(key::startsWith)) {
                throw new ConfigException(key + " must be in the configuration that runs, not in " + name
                        + ": all configurations read the same clicks");
            }
        }
        return new Candidate(name, Map.copyOf(settings), loader.load(settings));
    }

    /** Everything in a configuration, besides how clicks are decoded, that the figures of a backtest depend on. */
    private record Measured(
            ModelConfig model,
            TrainingConfig training,
            LearningConfig learning,
            int stepClicks,
            int learners,
            int mergeSteps,
            int window,
            EventTypes types,
            RepeatPolicy repeats,
            Instant earliestClick,
            Duration futureBound) {
        static Measured of(FreshetConfig config) {
            OnlineConfig trainer = config.trainer();
            return new Measured(
                    trainer.model(),
                    trainer.training(),
                    trainer.learning(),
                    trainer.steps().full(),
                    trainer.learners().count(),
                    trainer.learners().mergeSteps(),
                    config.get(SequencerKeys.WINDOW),
                    config.eventTypes(),
                    config.get(RecordKeys.EVENTS_SEEN_RETURN),
                    config.get(SequencerKeys.EARLIEST_CLICK),
                    config.get(SequencerKeys.FUTURE_BOUND));
        }
    }

    /** Returns those of the settings that do not change the figures: without them, they would be the same. */
    public List<String> withoutEffect(Loader loader) throws IOException {
        Measured all = Measured.of(config);
        List<String> keys = new ArrayList<>();
        for (String key : settings.keySet().stream().sorted().toList()) {
            Map<String, String> others = new LinkedHashMap<>(settings);
            others.remove(key);
            if (DECODING.stream().noneMatch(key::startsWith) && hasEqual(all, others, loader)) {
                keys.add(key);
            }
        }
        return keys;
    }

    private static boolean hasEqual(Measured all, Map<String, String> others, Loader loader) throws IOException {
        try {
            return Measured.of(loader.load(others)).equals(all);
        } catch (ConfigException _) {
            return false; // the others are invalid without this one
        }
    }
}
