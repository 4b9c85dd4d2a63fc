package io.freshet.workbench.backtest;

import io.freshet.lab.parallel.ParallelConfig;
import io.freshet.lab.parallel.ParallelCost;
import io.freshet.lab.prequential.Comparison;
import io.freshet.lab.prequential.ComparisonConfig;
import io.freshet.lab.prequential.ComparisonListener;
import io.freshet.lab.prequential.ComparisonResult;
import io.freshet.service.config.FreshetConfig;
import io.freshet.training.step.UserUpdate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Runs configurations over the same kept clicks, side by side: each reads the records, builds the users' sequences, ranks
 * each click and then learns from it. Reads the clicks twice: the first reading counts them, because the events that are
 * reported depend on the length of the stream. Runs once, on one thread.
 */
public final class Backtest {
    private final KeptClicks clicks;
    private final List<Setup> setups;
    private final Listener listener;
    private final BooleanSupplier stopped;
    private long records; // of the present reading
    private long firstMs;
    private long lastMs;

    /**
     * A configuration to run.
     *
     * @param name differs from those of the others
     * @param parallel several learners; null for one
     */
    public record Setup(
            String name,
            FreshetConfig config,
            ComparisonConfig comparison,
            @Nullable ParallelConfig parallel) {}

    /** Receives the progress of a backtest, on the thread that runs it. */
    public interface Listener {
        /**
         * Called for each record of the first reading.
         *
         * @param records number of records read so far
         * @param ofOffsets upper bound of the number of records
         */
        void counted(long records, long ofOffsets);

        /** Returns the listener for one configuration. */
        ComparisonListener of(String name);
    }

    /** What became of a configuration. */
    public record Outcome(
            Setup setup,
            KeptSequences sequences,
            ComparisonResult result,
            @Nullable ParallelCost cost) {}

    /**
     * Result of a backtest.
     *
     * @param records number of records read
     * @param first time of the first record
     * @param last time of the last record
     * @param outcomes in the order of the setups
     */
    public record Result(long records, Instant first, Instant last, List<Outcome> outcomes) {}

    /** @param stopped asked from time to time whether to stop */
    public Backtest(KeptClicks clicks, List<Setup> setups, Listener listener, BooleanSupplier stopped) {
        this.clicks = clicks;
        this.setups = List.copyOf(setups);
        this.listener = listener;
        this.stopped = stopped;
    }

    /**
     * Runs to the end, or until it is stopped.
     *
     * @return null if it was stopped while the records were counted
     * @throws BacktestException if there are no clicks, or retention deletes records before they have been read
     */
    public @Nullable Result run() throws BacktestException {
        long[] updates = count();
        if (stopped.getAsBoolean()) {
            return null;
        }
        List<Run> runs = new ArrayList<>();
        try {
            for (int i = 0; i < updates.length; i++) {
                runs.add(new Run(setups.get(i), updates[i]));
            }
            records = 0;
            clicks.readUntil(stopped, record -> {
                count(record);
                runs.forEach(run -> run.take(record));
            });
            if (!stopped.getAsBoolean()) {
                runs.forEach(run -> run.comparison.finish());
            }
            return new Result(
                    records,
                    Instant.ofEpochMilli(firstMs),
                    Instant.ofEpochMilli(lastMs),
                    runs.stream().map(Run::outcome).toList());
        } finally {
            runs.forEach(run -> run.comparison.close());
        }
    }

    /** Returns the number of updates that each configuration makes of the records. */
    private long[] count() throws BacktestException {
        List<KeptSequences> sequences =
                setups.stream().map(setup -> new KeptSequences(setup.config())).toList();
        long offsets = clicks.offsets();
        clicks.readUntil(stopped, record -> {
            count(record);
            sequences.forEach(each -> each.apply(record, lastMs));
            listener.counted(records, offsets);
        });
        if (!stopped.getAsBoolean()) {
            requireClicks(sequences);
        }
        return sequences.stream().mapToLong(KeptSequences::updates).toArray();
    }

    private void count(ConsumerRecord<byte[], byte[]> record) {
        lastMs = clicks.timeOf(record);
        firstMs = records == 0 ? lastMs : firstMs;
        records++;
    }

    private void requireClicks(List<KeptSequences> sequences) throws BacktestException {
        if (records == 0) {
            throw new BacktestException("There is no record in this span of time on "
                    + String.join(", ", clicks.topics())
                    + ". Without --from and --to, a backtest takes all that Kafka still holds");
        }
        for (int i = 0; i < sequences.size(); i++) {
            KeptSequences each = sequences.get(i);
            if (each.sequencer().accepted() == 0) {
                throw new BacktestException(
                        "No record is a click that " + setups.get(i).name()
                                + " accepts. Records: " + records + "; refused, by reason: " + each.refused()
                                + ". Check clicks.format and the other keys of clicks.*");
            }
        }
    }

    /** A configuration while it runs. */
    private final class Run {
        private final Setup setup;
        private final KeptSequences sequences;
        private final Comparison comparison;

        Run(Setup setup, long updates) {
            this.setup = setup;
            sequences = new KeptSequences(setup.config());
            comparison =
                    new Comparison(setup.comparison(), setup.parallel(), updates, listener.of(setup.name()), stopped);
        }

        void take(ConsumerRecord<byte[], byte[]> record) {
            UserUpdate update = sequences.apply(record, clicks.timeOf(record));
            if (update != null) {
                comparison.accept(update);
            }
        }

        Outcome outcome() {
            return new Outcome(setup, sequences, comparison.result(), comparison.parallelCost());
        }
    }
}
