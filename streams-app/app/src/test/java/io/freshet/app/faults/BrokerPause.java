package io.freshet.app.faults;

import java.time.Duration;

/**
 * A broker is suspended as by {@code kill -STOP}, and resumes later.
 *
 * @param length duration of the suspension
 */
record BrokerPause(Duration length) implements Fault {
    @Override
    public String strike(FaultRun run) throws Exception {
        int broker = run.random().nextInt(Cluster.BROKERS);
        run.cluster().pause(broker);
        Thread.sleep(length);
        run.cluster().resume(broker);
        run.cluster().awaitWhole();
        return "broker " + broker + " stopped for " + length.toSeconds() + " s";
    }
}
