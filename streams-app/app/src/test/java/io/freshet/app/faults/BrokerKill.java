package io.freshet.app.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Brokers die as by {@code kill -9}, one after the other, and each is restarted.
 *
 * @param kills number of the three brokers to kill
 */
record BrokerKill(int kills) implements Fault {
    @Override
    public String strike(FaultRun run) throws Exception {
        List<Integer> brokers = new ArrayList<>();
        for (int i = 0; i < Cluster.BROKERS; i++) {
            brokers.add(i);
        }
        Collections.shuffle(brokers, run.random());
        List<Integer> killed = brokers.subList(0, kills);
        for (int broker : killed) {
            run.passBetween(Duration.ofMillis(100), Duration.ofSeconds(2));
            run.cluster().kill(broker);
            run.passBetween(Duration.ofSeconds(5), Duration.ofSeconds(10));
            run.cluster().restart(broker);
            run.cluster().awaitWhole();
        }
        return "kill -9 of broker "
                + String.join(", then ", killed.stream().map(String::valueOf).toList());
    }
}
