package io.freshet.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Transfers files on a few threads at once, because one connection to a bucket does not use the network's bandwidth. The
 * first failure ends all transfers.
 */
final class Transfers {
    /** Maximum number of files at once. */
    private static final int THREADS = 8;

    /** Transfers one file. */
    @FunctionalInterface
    interface Transfer<T> {
        void of(T file) throws IOException;
    }

    private Transfers() {}

    /**
     * Transfers all files.
     *
     * @throws IOException the first failure, or an {@link InterruptedIOException} if this thread is interrupted
     */
    static <T> void run(Collection<T> files, Transfer<T> transfer) throws IOException {
        run(files, THREADS, transfer);
    }

    /** Transfers as {@link #run(Collection, Transfer)} does, at most {@code most} at once. */
    static <T> void run(Collection<T> files, int most, Transfer<T> transfer) throws IOException {
        Queue<T> waiting = new ConcurrentLinkedQueue<>(files);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 1; i < Math.min(most, files.size()); i++) {
            threads.add(Thread.ofPlatform()
                    .daemon()
                    .name("snapshot-transfer-" + i)
                    .start(() -> transferAll(waiting, transfer, failure)));
        }
        transferAll(waiting, transfer, failure);
        join(threads, failure);
        switch (failure.get()) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }

    private static <T> void transferAll(
            Queue<T> waiting, Transfer<T> transfer, AtomicReference<@Nullable Throwable> failure) {
        for (T file = waiting.poll(); file != null && failure.get() == null; file = waiting.poll()) {
            try {
                transfer.of(file);
            } catch (IOException | RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            }
        }
    }

    private static void join(List<Thread> threads, AtomicReference<@Nullable Throwable> failure) {
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                failure.compareAndSet(null, new InterruptedIOException("interrupted while files were transferred"));
                threads.forEach(Thread::interrupt);
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
