package io.freshet.training.telemetry;

import io.freshet.training.liveness.DeadlyErrors;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon thread that refreshes meters. A plain scheduled executor swallows a task's exception and never runs the
 * task again. This executor logs the exception. If the error is deadly, it ends its thread, and with it the process.
 */
public final class MeterThread {
    private static final Logger LOG = LoggerFactory.getLogger(MeterThread.class);

    private MeterThread() {}

    /** Returns an executor with one thread of this name, which the caller must shut down. */
    public static ScheduledExecutorService named(String name) {
        return new Reporting(name);
    }

    private static final class Reporting extends ScheduledThreadPoolExecutor {
        private final String name;

        Reporting(String name) {
            super(1, Thread.ofPlatform().daemon().name(name).factory());
            this.name = name;
        }

        @Override
        protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
            super.afterExecute(task, thrown);
            if (task instanceof Future<?> future && future.isDone() && !future.isCancelled()) {
                report(name, future);
            }
        }
    }

    private static void report(String name, Future<?> ended) {
        try {
            ended.get();
        } catch (ExecutionException e) {
            DeadlyErrors.throwIfDeadly(e);
            LOG.error("Meters are no longer refreshed: thread={}", name, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
