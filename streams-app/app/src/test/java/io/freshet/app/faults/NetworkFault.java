package io.freshet.app.faults;

import io.freshet.testkit.broker.TcpProxy;
import java.time.Duration;
import java.util.Map;

/** Faults of the network between the roles and the brokers. */
enum NetworkFault implements Fault {
    DELAY {
        @Override
        public String strike(FaultRun run) throws Exception {
            for (TcpProxy proxy : run.cluster().proxies()) {
                proxy.delayAnswers(LATER);
            }
            Thread.sleep(LENGTH);
            for (TcpProxy proxy : run.cluster().proxies()) {
                proxy.delayAnswers(Duration.ZERO);
            }
            return "each answer of the brokers " + LATER.toMillis() + " ms later for " + LENGTH.toSeconds() + " s";
        }
    },
    LOSS {
        @Override
        public String strike(FaultRun run) throws Exception {
            long end = System.nanoTime() + LENGTH.toNanos();
            int resets = 0;
            int silences = 0;
            while (System.nanoTime() < end) {
                run.passBetween(Duration.ofMillis(100), Duration.ofSeconds(2));
                TcpProxy proxy = run.cluster().proxies().get(run.random().nextInt(Cluster.BROKERS));
                if (run.random().nextBoolean()) {
                    proxy.reset();
                    resets++;
                } else {
                    proxy.fallSilent();
                    run.passBetween(Duration.ofMillis(500), Duration.ofSeconds(3));
                    proxy.speak();
                    silences++;
                }
            }
            return "connections to one broker reset " + resets + " times, silent " + silences + " times, in "
                    + LENGTH.toSeconds() + " s";
        }
    },
    CUT {
        @Override
        public String strike(FaultRun run) throws Exception {
            run.passBetween(Duration.ofMillis(100), Duration.ofSeconds(2));
            for (TcpProxy proxy : run.cluster().proxies()) {
                proxy.cut();
            }
            Thread.sleep(CUT_LENGTH);
            for (TcpProxy proxy : run.cluster().proxies()) {
                proxy.mend();
            }
            return "no way from the roles to any broker for " + CUT_LENGTH.toSeconds() + " s";
        }
    };

    private static final Duration LATER = Duration.ofMillis(150);
    private static final Duration LENGTH = Duration.ofSeconds(30);
    private static final Duration CUT_LENGTH = Duration.ofSeconds(15);

    @Override
    public void begin(FaultRun run) throws Exception {
        run.configure(Map.of("kafka.bootstrap.servers", run.cluster().addressesOfProxies()));
        Fault.super.begin(run);
        run.configure(Map.of("kafka.bootstrap.servers", run.cluster().addresses()));
    }
}
