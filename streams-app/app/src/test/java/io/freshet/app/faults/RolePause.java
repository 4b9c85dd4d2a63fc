package io.freshet.app.faults;

import java.time.Duration;

/**
 * The processes of both roles are suspended as by {@code kill -STOP}, and resume later.
 *
 * @param length duration of the suspension
 */
record RolePause(Duration length) implements Fault {
    @Override
    public String strike(FaultRun run) throws Exception {
        run.role("streams").pause();
        run.role("trainer").pause();
        Thread.sleep(length);
        run.role("streams").resume();
        run.role("trainer").resume();
        return "streams and trainer stopped for " + length.toSeconds() + " s";
    }
}
