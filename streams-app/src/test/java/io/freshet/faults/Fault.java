package io.freshet.faults;

import java.util.Map;

/** Something that goes wrong in a {@link FaultRun}, and ends. */
interface Fault {
    /** Keys of the configuration that the run has because of this fault. */
    default Map<String, String> settings() {
        return Map.of();
    }

    /** How many users click. */
    default int users() {
        return 200;
    }

    /** Skips the fault, with the reason, where this machine has not what it takes. */
    default void assumePossible() {}

    /** Brings the run to where the fault is to strike: clicks come, are answered and learned from. */
    default void begin(FaultRun run) throws Exception {
        run.startStreams("streams");
        run.startTrainer("trainer");
        run.load().start();
        run.awaitFlow();
    }

    /**
     * Strikes, and returns when the fault is over.
     *
     * @return what was done
     */
    String strike(FaultRun run) throws Exception;
}
