package io.freshet.topology;

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
 * What to do when a stream thread dies: another takes its place if the cause passes by itself. Otherwise the client shuts
 * down, and the process ends and says why.
 */
final class UncaughtErrors implements StreamsUncaughtExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(UncaughtErrors.class);

    private volatile @Nullable Throwable fatal;

    /** The error that ended the client, if one did. */
    Optional<Throwable> fatal() {
        return Optional.ofNullable(fatal);
    }

    @Override
    public StreamThreadExceptionResponse handle(Throwable error) {
        if (isPassing(error) && !isOfGlobalThread()) {
            LOG.warn("A stream thread died; another takes its place", error);
            // Kafka Streams throws the error on after it has replaced the thread, and gives a handler of its own only
            // to
            // the threads of the start. The default handler would end the process.
            Thread.currentThread().setUncaughtExceptionHandler((_, _) -> {});
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        LOG.error("A stream thread died; the client shuts down", error);
        fatal = error;
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    /** Kafka Streams cannot replace the thread that reads global topics. */
    private static boolean isOfGlobalThread() {
        return Thread.currentThread().getName().endsWith("GlobalStreamThread");
    }

    /** As after a stall that was longer than a transaction may be open: a new thread has a new producer. */
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
