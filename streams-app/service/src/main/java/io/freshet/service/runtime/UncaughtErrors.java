package io.freshet.service.runtime;

import java.util.Optional;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the death of a stream thread. Replaces the thread if the cause is transient. Otherwise shuts the client down, and
 * the process ends and reports the error.
 */
final class UncaughtErrors implements StreamsUncaughtExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(UncaughtErrors.class);

    private volatile @Nullable Throwable fatal;

    /** Returns the error that ended the client, if any. */
    Optional<Throwable> fatal() {
        return Optional.ofNullable(fatal);
    }

    @Override
    public StreamThreadExceptionResponse handle(Throwable error) {
        if (isPassing(error) && !isOfGlobalThread()) {
            LOG.warn("A stream thread died; another one replaces it", error);
            // Kafka Streams rethrows the error after it has replaced the thread, and sets its own handler only on the
            // initial threads. The default handler would end the process.
            Thread.currentThread().setUncaughtExceptionHandler((_, _) -> {});
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        LOG.error("A stream thread died; the client shuts down", error);
        fatal = error;
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    /** Returns whether the current thread reads global topics. Kafka Streams cannot replace that thread. */
    private static boolean isOfGlobalThread() {
        return Thread.currentThread().getName().endsWith("GlobalStreamThread");
    }

    /**
     * Returns whether the transaction had ended, as after a stall longer than the transaction timeout. A new thread has a
     * new producer.
     */
    private static boolean isOfAnEndedTransaction(Throwable cause) {
        return cause instanceof InvalidTxnStateException
                || cause instanceof InvalidProducerEpochException
                || cause instanceof ProducerFencedException;
    }

    private static boolean isPassing(@Nullable Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof RetriableException
                    || isOfAnEndedTransaction(cause)
                    || cause instanceof TaskMigratedException
                    || cause instanceof TaskCorruptedException) {
                return true;
            }
        }
        return false;
    }
}
