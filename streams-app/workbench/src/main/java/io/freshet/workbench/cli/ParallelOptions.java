package io.freshet.workbench.cli;

import io.freshet.app.feed.ClickFeeder;
import io.freshet.lab.parallel.ParallelConfig;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ModelKeys;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of evaluations with several learners that learn in parallel. */
final class ParallelOptions {
    private static final int PARTITIONS = 32;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--learners",
            paramLabel = "N",
            defaultValue = "1",
            description = "Learn with N learners in turn, as N processes would do in parallel: each learns from the"
                    + " clicks of the users in its share of " + PARTITIONS + " partitions. The result includes the"
                    + " bytes and the CPU time of merges. Default: ${DEFAULT-VALUE}.")
    private int learners;

    @Option(
            names = "--merge-steps",
            paramLabel = "H",
            defaultValue = "2",
            description = "Steps of each learner after which the learners merge. Default: ${DEFAULT-VALUE}.")
    private int mergeSteps;

    @SuppressWarnings("NullAway.Init") // picocli sets the specification
    ParallelOptions() {}

    /** Returns the number of learners. */
    int learners() {
        return learners;
    }

    /**
     * Returns the learners that the options ask for; null for a single one.
     *
     * @throws ParameterException if a value is out of range, or the configuration does not allow several learners
     */
    @Nullable
    ParallelConfig config(FreshetConfig freshet) {
        if (learners < 1 || learners > PARTITIONS) {
            throw refused("--learners must be from 1 to " + PARTITIONS + ": " + learners);
        }
        if (mergeSteps < 1) {
            throw refused("--merge-steps must be at least 1: " + mergeSteps);
        }
        if (learners == 1) {
            return null;
        }
        if (!freshet.get(ModelKeys.ITEM_RETENTION).isZero()) {
            throw refused("--learners above 1 cannot forget items: " + ModelKeys.ITEM_RETENTION.name() + " must be 0");
        }
        return byPartition(learners, mergeSteps, PARTITIONS);
    }

    /**
     * Returns learners that share the partitions of the clicks.
     *
     * @param partitions number of partitions, to which Kafka's clients assign users
     */
    static ParallelConfig byPartition(int learners, int mergeSteps, int partitions) {
        return new ParallelConfig(
                learners,
                mergeSteps,
                user -> ClickFeeder.partitionOf(user.getBytes(StandardCharsets.UTF_8), partitions) % learners);
    }

    private ParameterException refused(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
