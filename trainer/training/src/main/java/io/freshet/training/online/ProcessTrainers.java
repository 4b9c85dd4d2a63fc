package io.freshet.training.online;

import io.freshet.store.SnapshotStore;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.lease.LearnerLeases;
import io.freshet.training.liveness.Heartbeats;
import io.freshet.training.online.TrainerStatus.Phase;
import io.freshet.training.step.OnlineLearner;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The trainers of a process, each on a thread of its own: one, or one for each of several learners. A process has as many
 * learners at work as it holds leases; the other trainers wait for theirs. Starts once and closes once. Thread-safe.
 */
public final class ProcessTrainers implements AutoCloseable {
    private final List<OnlineTrainer> trainers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final @Nullable LearnerLeases leases;

    /**
     * Prepares the trainers. Nothing learns yet.
     *
     * @param config configuration of a single learner, or of learner 0
     * @param store store to which snapshots are written, and from which old ones are deleted
     * @param registry receives the trainers' metrics
     * @param clock source of the dates in manifests; learning does not depend on it
     * @param heartbeats watch the trainers' loops while they run
     */
    public ProcessTrainers(
            OnlineConfig config, SnapshotStore store, MeterRegistry registry, Clock clock, Heartbeats heartbeats) {
        boolean areSeveral = config.learners().areSeveral();
        leases = areSeveral ? LearnerLeases.of(config, registry, heartbeats) : null;
        for (int number = 0; number < config.learners().count(); number++) {
            OnlineConfig own = areSeveral ? config.ofLearner(number) : config;
            OnlineTrainer trainer = new OnlineTrainer(own, store, registry, clock, heartbeats, leases);
            trainers.add(trainer);
            threads.add(new Thread(() -> run(trainer), areSeveral ? "trainer-" + number : "trainer"));
        }
    }

    /**
     * Runs a trainer. If it ends without being asked to, other processes take over the learners of this one: no learner can go
     * on without the others, and a process has one membership for all of its learners.
     */
    private void run(OnlineTrainer trainer) {
        try {
            trainer.run();
        } finally {
            if (leases != null && trainer.status().phase() != Phase.CLOSED) {
                leases.close();
            }
        }
    }

    /** Starts the trainers, which recover and then learn. */
    public void start() {
        if (leases != null) {
            leases.join();
        }
        threads.forEach(Thread::start);
    }

    /** Signals that the input ends with the sequences committed so far ({@link OnlineTrainer#endInput}). */
    public void endInput() {
        trainers.forEach(OnlineTrainer::endInput);
    }

    /**
     * Registers an action that runs once between two steps of a learner, on its trainer's thread. Tests inject faults with
     * it.
     */
    public void onceBetweenSteps(int learner, Consumer<OnlineLearner> what) {
        trainers.get(learner).onceBetweenSteps(what);
    }

    /** Returns the status of each trainer, in the order of the learners. */
    public List<TrainerStatus> statuses() {
        return trainers.stream().map(OnlineTrainer::status).toList();
    }

    /**
     * Returns one status for the process: that of a trainer that has stopped without being asked to, or else of the first one
     * that waits to restart after a failure, or else of the first one that learns, or else of the first one. Its lag is the
     * sum of all.
     */
    public TrainerStatus status() {
        return one(statuses());
    }

    /** Returns one status for those of all trainers of a process. */
    static TrainerStatus one(List<TrainerStatus> all) {
        TrainerStatus one =
                all.stream().min(Comparator.comparingInt(ProcessTrainers::rank)).orElseThrow();
        return one.withLag(all.stream().mapToLong(TrainerStatus::lag).sum());
    }

    private static int rank(TrainerStatus status) {
        return switch (status.phase()) {
            case FENCED, REFUSED, FAILED -> 0;
            case RESTARTING -> 1;
            case LEARNING -> 2;
            case STARTING, RECOVERING, STANDING_BY, CLOSED -> 3;
        };
    }

    /** Returns how often trainers have restarted after a failure. */
    public int restarts() {
        return trainers.stream().mapToInt(OnlineTrainer::restarts).sum();
    }

    /** Returns the time since the last learned step of any trainer. */
    public Duration stepAge() {
        return trainers.stream()
                .map(OnlineTrainer::stepAge)
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** Makes all trainers finish their steps and end, and waits up to 30 s for each of them. */
    @Override
    public void close() {
        trainers.forEach(OnlineTrainer::beginClose);
        trainers.forEach(OnlineTrainer::close);
        if (leases != null) {
            leases.close();
        }
    }
}
