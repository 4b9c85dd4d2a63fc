package io.freshet.check;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A check in a thread of its own, which is left to itself when its time is over: what hangs in the operating system cannot
 * be interrupted. The thread is a daemon and keeps no process alive.
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
     * @param most the longest that anybody waits for it
     * @param remedy what to do where it does not end
     */
    static RunningCheck start(String name, Duration most, String remedy, Check check) {
        RunningCheck running = new RunningCheck(name, most, remedy, check);
        Thread.ofPlatform().daemon().name("check-" + name).start(running.task);
        return running;
    }

    /** What has been found when the check ends, or when its time is over. */
    List<Finding> await() throws InterruptedException {
        try {
            task.get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            found.add(Finding.problem(name, "must answer within " + most.toSeconds() + " s, and does not", remedy));
        } catch (ExecutionException e) {
            found.add(Finding.problem(name, "cannot be looked at: " + e.getCause(), remedy));
        }
        return List.copyOf(found);
    }
}
