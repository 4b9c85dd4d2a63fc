package io.freshet.app.faults;

import java.util.Map;

/** A temporary fault in a {@link FaultRun}. */
interface Fault {
    /** Returns configuration keys that the run needs for this fault. */
    default Map<String, String> settings() {
        return Map.of();
    }

    /** Returns the number of users who click. */
    default int users() {
        return 200;
    }

    /** Skips the fault, with the reason, if this machine cannot produce it. */
    default void assumePossible() {}

    /** Prepares the run for the fault: by default until clicks arrive, are answered and learned from. */
    default void begin(FaultRun run) throws Exception {
        run.startStreams("streams");
        run.startTrainer("trainer");
        run.load().start();
        run.awaitFlow();
    }

    /**
     * Injects the fault, and returns when it is over.
     *
     * @return description of what was done
     */
    String strike(FaultRun run) throws Exception;
}
