package io.freshet.model.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * A fixed number of threads that share work: the caller's own thread and {@code count - 1} more. Work is split into
 * numbered tasks. Any thread may run any task, so the result of a task must depend only on its number.
 */
public final class Workers implements AutoCloseable {
    private final int count;
    private final ExecutorService helpers;

    /** @param count number of threads, including the caller's; at least 1 */
    public Workers(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("there must be a worker: count=" + count);
        }
        this.count = count;
        AtomicInteger number = new AtomicInteger(1);
        this.helpers = Executors.newFixedThreadPool(Math.max(1, count - 1), task -> {
            Thread thread = new Thread(task, "freshet-worker-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        });
    }

    public int count() {
        return count;
    }

    /** Runs tasks 0 to {@code tasks - 1} and returns when all are done. Rethrows an exception of a task. */
    public void run(int tasks, IntConsumer task) {
        if (count == 1 || tasks == 1) {
            for (int i = 0; i < tasks; i++) {
                task.accept(i);
            }
            return;
        }
        AtomicInteger next = new AtomicInteger();
        Callable<Void> loop = () -> {
            for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                task.accept(i);
            }
            return null;
        };
        List<Future<Void>> others = new ArrayList<>();
        for (int i = 1; i < Math.min(count, tasks); i++) {
            others.add(helpers.submit(loop));
        }
        try {
            loop.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            others.forEach(Workers::await);
        }
    }

    private static void await(Future<Void> future) {
        boolean interrupted = false;
        while (true) {
            try {
                future.get();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        helpers.shutdown();
    }
}
