package io.freshet.app.faults;

import java.time.Duration;

/** The disks of the state and of the model store are full while both roles restart, and are freed later. */
final class FullDisks implements Fault {
    private static final Duration LENGTH = Duration.ofSeconds(20);

    @Override
    public void assumePossible() {
        Disk.assumePossible();
    }

    @Override
    public String strike(FaultRun run) throws Exception {
        for (Disk disk : run.disks()) {
            disk.fill();
        }
        Thread.sleep(LENGTH);
        run.role("streams").kill();
        run.role("trainer").kill();
        Thread.sleep(LENGTH);
        for (Disk disk : run.disks()) {
            disk.free();
        }
        return "disks of state and models full for " + LENGTH.multipliedBy(2).toSeconds()
                + " s, both roles killed in the midst";
    }

    @Override
    public void begin(FaultRun run) throws Exception {
        run.mount(run.models());
        run.mount(run.stateOf("streams"));
        Fault.super.begin(run);
    }
}
