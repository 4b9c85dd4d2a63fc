package io.freshet.lab.continual;

import io.freshet.store.modellog.StepRecord;
import io.freshet.store.modellog.TargetRanks;
import java.util.stream.IntStream;

/** Ranks of a test's targets, collected batch by batch. Not thread-safe. */
final class TestRanks {
    private final IntStream.Builder served = IntStream.builder();
    private final IntStream.Builder network = IntStream.builder();
    private final IntStream.Builder memory = IntStream.builder();

    /** Adds the ranks of a batch. First clicks of sessions are not targets and are skipped. */
    void add(TargetRanks batch) {
        for (int i = 0; i < batch.served().length; i++) {
            if (batch.served()[i] != StepRecord.NO_EVENT) {
                served.add(batch.served()[i]);
                network.add(batch.network()[i]);
                memory.add(batch.memory()[i]);
            }
        }
    }

    /** Returns the ranks by the mixture that the learner serves. May be called once. */
    int[] served() {
        return served.build().toArray();
    }

    /** Returns the ranks by the learner's network alone. May be called once. */
    int[] network() {
        return network.build().toArray();
    }

    /** Returns the ranks by the learner's memory alone. May be called once. */
    int[] memory() {
        return memory.build().toArray();
    }
}
