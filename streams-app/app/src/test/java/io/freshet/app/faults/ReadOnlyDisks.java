package io.freshet.app.faults;

import java.time.Duration;

/** The state and the model store are read-only while both roles restart, and become writable later. */
final class ReadOnlyDisks implements Fault {
    private static final Duration LENGTH = Duration.ofSeconds(20);

    @Override
    public void assumePossible() {
        Disk.assumePossible();
    }

    @Override
    public void begin(FaultRun run) throws Exception {
        run.mount(run.models());
        run.mount(run.stateOf("streams"));
        Fault.super.begin(run);
    }

    @Override
    public String strike(FaultRun run) throws Exception {
        // A file system with files open for writing stays writable; the state's are open while streams runs.
        run.disks().getFirst().makeReadOnly();
        Thread.sleep(LENGTH);
        run.role("streams").kill();
        run.role("trainer").kill();
        run.disks().getLast().makeReadOnly();
        Thread.sleep(LENGTH);
        for (Disk disk : run.disks()) {
            disk.makeWritable();
        }
        return "models read-only for " + LENGTH.multipliedBy(2).toSeconds() + " s and state for " + LENGTH.toSeconds()
                + " s, both roles killed in the midst";
    }
}
