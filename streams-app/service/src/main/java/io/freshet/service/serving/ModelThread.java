package io.freshet.service.serving;

import io.freshet.training.liveness.DeadlyErrors;
import io.freshet.training.liveness.Heartbeat;
import io.freshet.training.liveness.Heartbeats;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that works for a served model, slice by slice, until the model is closed. It can be started again then. It logs a
 * failure, and tries again after a while. Thread-safe.
 */
final class ModelThread {
    /** Returned by the work when there is no model any more. */
    static final long CLOSED = -1;

    private static final Logger LOG = LoggerFactory.getLogger(ModelThread.class);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String name;
    private final String task;
    private final Heartbeats heartbeats;
    private final LongSupplier work;
    private boolean running;

    /**
     * Prepares the thread.
     *
     * @param task what the thread does, for the log
     * @param heartbeats monitor the thread while it runs
     * @param work does a slice of the work, and returns how long to rest afterwards in nanoseconds, or {@link #CLOSED}
     */
    ModelThread(String name, String task, Heartbeats heartbeats, LongSupplier work) {
        this.name = name;
        this.task = task;
        this.heartbeats = heartbeats;
        this.work = work;
    }

    /** Starts the thread if it does not run. */
    synchronized void start() {
        if (!running) {
            running = true;
            Thread.ofPlatform().daemon().name(name).start(this::run);
        }
    }

    private void run() {
        try (Heartbeat heartbeat = heartbeats.of(name)) {
            heartbeat.begin();
            long rest = workOrReport();
            while (rest != CLOSED) {
                TimeUnit.NANOSECONDS.sleep(rest);
                heartbeat.beat();
                rest = workOrReport();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended();
        }
    }

    private long workOrReport() {
        try {
            return work.getAsLong();
        } catch (Throwable e) {
            DeadlyErrors.throwIfDeadly(e);
            LOG.error("{} failed; trying again in 10 s", task, e);
            return RETRY_NANOS;
        }
    }

    /** Returns whether the thread runs. */
    synchronized boolean isRunning() {
        return running;
    }

    private synchronized void ended() {
        running = false;
    }
}
