package io.freshet.app.faults;

import java.time.Duration;

/**
 * One of two answering processes dies as by {@code kill -9}. The other takes over its users, and the first is restarted.
 */
final class InstanceKill implements Fault {
    private static final Duration LENGTH = Duration.ofSeconds(20);

    @Override
    public void begin(FaultRun run) throws Exception {
        run.startStreams("streams");
        run.startStreams("other-streams");
        run.startTrainer("trainer");
        run.load().start();
        run.awaitFlow();
    }

    @Override
    public String strike(FaultRun run) throws Exception {
        run.passBetween(Duration.ofSeconds(1), Duration.ofSeconds(5));
        RoleProcess killed = run.role(run.random().nextBoolean() ? "streams" : "other-streams");
        killed.killForGood();
        Thread.sleep(LENGTH);
        run.awaitWell();
        killed.startAgain();
        return "kill -9 of " + killed.name() + ", one of two, for " + LENGTH.toSeconds() + " s";
    }
}
