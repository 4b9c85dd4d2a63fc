package io.freshet.service.sequencer;

import io.freshet.store.Durability;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A RocksDB store that recovers from damage through its changelog, which has all data. The damaged store's folder is first
 * moved to {@code <application>.damaged} beside the application's state, for later analysis; the newest {@value #KEPT} are
 * kept.
 *
 * <p>The exception decides what Kafka Streams does:
 *
 * <ul>
 *   <li>If the files cannot be opened, a {@link TaskCorruptedException}: the task is restored.
 *   <li>If a block cannot be read or written later, a {@link TaskMigratedException}: the thread's transaction is aborted, and
 *       all its tasks are restored and start at their committed offsets. After a {@link TaskCorruptedException}, Kafka Streams
 *       would commit the transaction with what the failed task has produced but without its offsets, and produce it again.
 *   <li>If a commit fails, a {@link ProcessorStateException} with that cause: the thread is replaced. With any other
 *       exception, Kafka Streams would not close a failed standby copy.
 * </ul>
 *
 * <p>Damage means corruption reported by RocksDB, or missing files; a full disk does not count. As thread-safe as RocksDB's
 * store.
 */
final class RestoringStore implements KeyValueStore<Bytes, byte[]> {
    private static final Logger LOG = LoggerFactory.getLogger(RestoringStore.class);
    private static final int KEPT = 3;

    /** Subfolder of a task's folder in which Kafka Streams keeps RocksDB stores. */
    private static final String FOLDER = "rocksdb";

    private final KeyValueStore<Bytes, byte[]> store;
    private final SequencerMetrics metrics;
    private volatile boolean damaged;
    private StateStoreContext context;
    private Path folder;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    private RestoringStore(KeyValueStore<Bytes, byte[]> store, SequencerMetrics metrics) {
        this.store = store;
        this.metrics = metrics;
    }

    /** Returns a supplier of RocksDB stores with this name. */
    static KeyValueBytesStoreSupplier supplier(String name, SequencerMetrics metrics) {
        return new OfRocksDb(Stores.persistentKeyValueStore(name), metrics);
    }

    private record OfRocksDb(KeyValueBytesStoreSupplier stores, SequencerMetrics metrics)
            implements KeyValueBytesStoreSupplier {
        @Override
        public String name() {
            return stores.name();
        }

        @Override
        public KeyValueStore<Bytes, byte[]> get() {
            return new RestoringStore(stores.get(), metrics);
        }

        @Override
        public String metricsScope() {
            return stores.metricsScope();
        }
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public void init(StateStoreContext ofTask, StateStore root) {
        damaged = false;
        context = ofTask;
        folder = ofTask.stateDir().toPath().resolve(FOLDER).resolve(name());
        try {
            store.init(ofTask, root);
        } catch (ProcessorStateException e) {
            report(e);
            moveAside();
            throw corrupted(e);
        }
    }

    @Override
    public void close() {
        try {
            store.close();
        } finally {
            if (damaged) {
                moveAside();
            }
        }
    }

    private <T> T mended(Supplier<T> action) {
        if (damaged) {
            throw new TaskMigratedException(damage());
        }
        try {
            return action.get();
        } catch (ProcessorStateException e) {
            report(e);
            throw new TaskMigratedException(damage(), e);
        }
    }

    private TaskCorruptedException corrupted(ProcessorStateException e) {
        return new TaskCorruptedException(Set.of(context.taskId()), new ProcessorStateException(e));
    }

    private String damage() {
        return "State store " + name() + " of task " + context.taskId() + " is damaged";
    }

    private void mend(Runnable action) {
        mended(() -> {
            action.run();
            return true;
        });
    }

    /** Reports damage. Rethrows an error that is not damage. */
    private void report(ProcessorStateException e) {
        if (!BoundedRocksDb.isDamage(e)) {
            throw e;
        }
        damaged = true;
        metrics.countDamagedStore();
        LOG.error("{}. It is moved aside and restored from its changelog: folder={}", damage(), folder, e);
    }

    /**
     * Moves the store's folder to the folder of damaged stores. If that fails, the folder stays, and Kafka Streams
     * deletes it with the task's.
     */
    private void moveAside() {
        damaged = false;
        Path application =
                context.stateDir().toPath().toAbsolutePath().resolve("..").normalize();
        Path aside = application.resolveSibling(application.getFileName() + ".damaged");
        try {
            if (Files.exists(folder)) {
                Files.createDirectories(aside);
                Path target = aside.resolve(System.currentTimeMillis() + "-" + context.taskId() + "-" + name());
                Files.move(folder, target);
                LOG.warn("The damaged store of task {} is kept in {}", context.taskId(), target);
                deleteOldest(aside);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("The damaged store of task {} cannot be moved aside: folder={}", context.taskId(), folder, e);
        }
    }

    /**
     * Deletes all but the newest folders. Names sort by age: they begin with the time, whose number of digits stays the
     * same for centuries.
     */
    private static void deleteOldest(Path aside) throws IOException {
        List<Path> newestFirst;
        try (Stream<Path> kept = Files.list(aside)) {
            newestFirst = kept.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path old : newestFirst.subList(Math.min(KEPT, newestFirst.size()), newestFirst.size())) {
            Durability.removeRecursively(old);
        }
    }

    @Override
    public byte @Nullable [] get(Bytes key) {
        return mended(() -> store.get(key));
    }

    @Override
    public void put(Bytes key, byte @Nullable [] value) {
        mend(() -> store.put(key, value));
    }

    @Override
    public byte @Nullable [] putIfAbsent(Bytes key, byte[] value) {
        return mended(() -> store.putIfAbsent(key, value));
    }

    @Override
    public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
        mend(() -> store.putAll(entries));
    }

    @Override
    public byte @Nullable [] delete(Bytes key) {
        return mended(() -> store.delete(key));
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> range(@Nullable Bytes from, @Nullable Bytes to) {
        return mended(() -> store.range(from, to));
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> reverseRange(@Nullable Bytes from, @Nullable Bytes to) {
        return mended(() -> store.reverseRange(from, to));
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> all() {
        return mended(store::all);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> reverseAll() {
        return mended(store::reverseAll);
    }

    @Override
    public <PS extends Serializer<P>, P> KeyValueIterator<Bytes, byte[]> prefixScan(P prefix, PS prefixKeySerializer) {
        return mended(() -> store.prefixScan(prefix, prefixKeySerializer));
    }

    @Override
    public long approximateNumEntries() {
        return mended(store::approximateNumEntries);
    }

    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        try {
            mend(() -> store.commit(changelogOffsets));
        } catch (TaskMigratedException e) {
            throw new ProcessorStateException(damage(), e);
        }
    }

    @Override
    public @Nullable Long committedOffset(TopicPartition partition) {
        try {
            return store.committedOffset(partition);
        } catch (ProcessorStateException e) {
            report(e);
            throw corrupted(e);
        }
    }

    @Override
    public boolean persistent() {
        return true;
    }

    @Override
    @SuppressWarnings("deprecation") // Kafka Streams still calls it.
    public boolean managesOffsets() {
        return store.managesOffsets();
    }

    @Override
    public boolean isOpen() {
        return store.isOpen();
    }

    @Override
    public <R> QueryResult<R> query(Query<R> query, PositionBound bound, QueryConfig config) {
        return mended(() -> store.query(query, bound, config));
    }

    @Override
    public Position getPosition() {
        return store.getPosition();
    }
}
