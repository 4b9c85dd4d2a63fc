package io.freshet.app.check;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A check that runs in a thread of its own. The thread is abandoned when its time is over, because a call that hangs in the
 * operating system cannot be interrupted. It is a daemon and keeps no process alive.
 */
final class RunningCheck {
    private final String name;
    private final Duration most;
    private final String remedy;
    private final long deadlineNanos;
    private final List<Finding> found = new CopyOnWriteArrayList<>();
    private final FutureTask<Boolean> task;

    private RunningCheck(String name, Duration most, String remedy, Check check) {
        this.name = name;
        this.most = most;
        this.remedy = remedy;
        deadlineNanos = System.nanoTime() + most.toNanos();
        task = new FutureTask<>(() -> {
            check.run(found::add);
            return true;
        });
    }

    /**
     * Starts a check.
     *
     * @param most the longest time to wait for the check
     * @param remedy what to do if the check does not end in time
     */
    static RunningCheck start(String name, Duration most, String remedy, Check check) {
        RunningCheck running = new RunningCheck(name, most, remedy, check);
        Thread.ofPlatform().daemon().name("check-" + name).start(running.task);
        return running;
    }

    /** Waits until the check ends or its time is over, and returns the findings so far. */
    List<Finding> await() throws InterruptedException {
        try {
            task.get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            found.add(Finding.problem(name, "must answer within " + most.toSeconds() + " s, and does not", remedy));
        } catch (ExecutionException e) {
            found.add(Finding.problem(name, "cannot be checked: " + e.getCause(), remedy));
        }
        return List.copyOf(found);
    }
}
