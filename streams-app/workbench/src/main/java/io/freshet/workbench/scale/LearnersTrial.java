package io.freshet.workbench.scale;

import io.freshet.app.feed.FeedFailedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Lets trainers in processes of their own, with a worker each, learn a new model from all clicks that wait, and measures how
 * fast they learn together.
 */
final class LearnersTrial {
    private static final String LEARNED = "freshet_trainer_records_total";

    /** Without progress for this time, the processes hang. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Shares of the clicks between which the speed is measured: before, the JIT compiles; after, clicks run out. */
    private static final double BEGIN = 0.4;

    private static final double END = 0.9;

    /** Starts a trainer. */
    interface Launch {
        RoleProcess trainer(int number) throws IOException;
    }

    /**
     * How fast trainers learned together.
     *
     * @param learners number of trainers, each of which is one learner
     * @param clicksPerSecond clicks that all of them together learned from
     * @param micros processor time of a click, of all processes together
     */
    record Speed(int learners, double clicksPerSecond, double micros) {}

    private final List<RoleProcess> trainers = new ArrayList<>();

    private LearnersTrial() {}

    /**
     * Runs a number of trainers, and ends them.
     *
     * @param clicks number of clicks that wait
     * @param progress receives what is being done
     * @throws FeedFailedException if a process ends or hangs
     */
    static Speed run(int learners, long clicks, Launch launch, Consumer<String> progress)
            throws IOException, InterruptedException, FeedFailedException {
        LearnersTrial trial = new LearnersTrial();
        try {
            for (int number = 0; number < learners; number++) {
                trial.trainers.add(launch.trainer(number));
            }
            double from = trial.await((long) (BEGIN * clicks), progress);
            trial.requireAllToLearn();
            long start = System.nanoTime();
            Duration cpu = trial.cpu();
            double learned = trial.await((long) (END * clicks), progress) - from;
            double seconds = (System.nanoTime() - start) / 1e9;
            if (learned <= 0) {
                throw new FeedFailedException(
                        "there must be more clicks: all " + clicks + " were learned between two looks");
            }
            return new Speed(learners, learned / seconds, trial.cpu().minus(cpu).toNanos() / 1e3 / learned);
        } finally {
            trial.trainers.forEach(RoleProcess::close);
        }
    }

    private void requireAllToLearn() throws InterruptedException, FeedFailedException {
        for (RoleProcess trainer : trainers) {
            if (trainer.metricOfRunning(LEARNED) == 0) {
                throw new FeedFailedException(
                        "each of the " + trainers.size() + " trainers must have learned from clicks");
            }
        }
    }

    private double await(long clicks, Consumer<String> progress) throws InterruptedException, FeedFailedException {
        double last = -1;
        long grewNanos = System.nanoTime();
        while (true) {
            double now = 0;
            for (RoleProcess trainer : trainers) {
                now += trainer.metricOfRunning(LEARNED);
            }
            if (now >= clicks) {
                return now;
            }
            if (now > last) {
                last = now;
                grewNanos = System.nanoTime();
                progress.accept(trainers.size() + " learners have learned from " + (long) now + " clicks");
            }
            if (System.nanoTime() - grewNanos > PATIENCE.toNanos()) {
                throw new FeedFailedException(trainers.size() + " trainers must learn from " + clicks
                        + " clicks, and have learned from " + (long) now + " for " + PATIENCE.toMinutes() + " min");
            }
            Thread.sleep(RoleProcess.LOOK_INTERVAL);
        }
    }

    private Duration cpu() throws FeedFailedException {
        Duration sum = Duration.ZERO;
        for (RoleProcess trainer : trainers) {
            sum = sum.plus(trainer.cpu());
        }
        return sum;
    }
}
