package io.freshet.continual;

import io.freshet.delta.StepRecord;
import io.freshet.online.TargetRanks;
import java.util.stream.IntStream;

/** The ranks of a test's targets, gathered batch by batch. Not thread-safe. */
final class TestRanks {
    private final IntStream.Builder served = IntStream.builder();
    private final IntStream.Builder network = IntStream.builder();

    /** Adds a batch's; first clicks of sessions are no targets. */
    void add(TargetRanks batch) {
        for (int i = 0; i < batch.served().length; i++) {
            if (batch.served()[i] != StepRecord.NO_EVENT) {
                served.add(batch.served()[i]);
                network.add(batch.network()[i]);
            }
        }
    }

    /** By what the learner serves; to be asked once. */
    int[] served() {
        return served.build().toArray();
    }

    /** By its network alone; to be asked once. */
    int[] network() {
        return network.build().toArray();
    }
}
