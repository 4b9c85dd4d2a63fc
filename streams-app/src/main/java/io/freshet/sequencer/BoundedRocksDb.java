package io.freshet.sequencer;

import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBufferManager;

/**
 * Sets up each RocksDB store of a Kafka Streams client, which makes one of these for each, to use the one {@link
 * Memory} that the client's properties share.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {
    private static final String MEMORY = "freshet.rocksdb.memory";
    private static final long BLOCK_BYTES = 4_096;
    private static final long MEMTABLE_BYTES = 8L << 20;
    private static final int MEMTABLES = 2;

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        if (!(configs.get(MEMORY) instanceof Memory memory)) {
            throw new IllegalArgumentException(
                    "The properties must share RocksDB's memory: store=" + storeName + " property=" + MEMORY);
        }
        BlockBasedTableConfig tables = (BlockBasedTableConfig) options.tableFormatConfig();
        tables.setBlockCache(memory.cache);
        tables.setCacheIndexAndFilterBlocks(true);
        tables.setCacheIndexAndFilterBlocksWithHighPriority(true);
        tables.setPinTopLevelIndexAndFilter(true);
        tables.setBlockSize(BLOCK_BYTES);
        options.setTableFormatConfig(tables);
        options.setWriteBufferManager(memory.writeBuffers);
        options.setWriteBufferSize(MEMTABLE_BYTES);
        options.setMaxWriteBufferNumber(MEMTABLES);
    }

    /**
     * Whether a store's files are damaged: RocksDB finds them corrupt, or misses one that it has written.
     *
     * @param error of a store
     */
    static boolean isDamage(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof RocksDBException of && of.getStatus() != null) {
                Status status = of.getStatus();
                String state = String.valueOf(status.getState());
                return status.getCode() == Status.Code.Corruption
                        || (status.getCode() == Status.Code.IOError && state.contains("No such file"));
            }
        }
        return false;
    }

    /** Leaves the memory alone: other stores use it. */
    @Override
    public void close(String storeName, Options options) {}

    /**
     * The memory that all RocksDB stores of one client take at most, however many partitions there are: one block
     * cache, to which memtables, index and filter blocks are charged. Close it after the client.
     */
    public static final class Memory implements AutoCloseable {
        private static final double HIGH_PRIORITY_SHARE = 0.1;
        private static final int SHARDS_BY_SIZE = -1;

        private final long cacheBytes;
        private final Cache cache;
        private final WriteBufferManager writeBuffers;

        /** @param writeBufferBytes the part of {@code cacheBytes} that memtables may take */
        public Memory(long cacheBytes, long writeBufferBytes) {
            this.cacheBytes = cacheBytes;
            RocksDB.loadLibrary();
            cache = new LRUCache(cacheBytes, SHARDS_BY_SIZE, false, HIGH_PRIORITY_SHARE);
            writeBuffers = new WriteBufferManager(writeBufferBytes, cache);
        }

        /** Makes every store that is opened with these properties use this memory. */
        public void shareThrough(Map<String, Object> streamsProperties) {
            streamsProperties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
            streamsProperties.put(MEMORY, this);
        }

        /** How much of it is in use: cached blocks, and the memtables that are charged to the cache. */
        public long usedBytes() {
            return cache.getUsage();
        }

        /** The part of it that cannot be evicted: memtables, and blocks that are being read. */
        public long pinnedBytes() {
            return cache.getPinnedUsage();
        }

        /** What it may take. */
        public long maxBytes() {
            return cacheBytes;
        }

        @Override
        public void close() {
            writeBuffers.close();
            cache.close();
        }
    }
}
