package io.freshet.service.sequencer;

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
 * Configures each RocksDB store of a Kafka Streams client to use the one {@link Memory} that the client's properties share.
 * Kafka Streams creates one instance per store.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {
    private static final String MEMORY = "freshet.rocksdb.memory";
    private static final long BLOCK_BYTES = 4_096;
    private static final long MEMTABLE_BYTES = 8L << 20;
    private static final int MEMTABLES = 2;

    /**
     * Smallest memory of a memtable. RocksDB's default is an eighth of the memtable's limit, 1 MB here. With some twenty stores
     * these megabytes alone exceed {@code streams.rocksdb.write.buffer.bytes}, and RocksDB then flushes a memtable after
     * nearly every write.
     */
    private static final long ARENA_BLOCK_BYTES = 32 << 10;

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        if (!(configs.get(MEMORY) instanceof Memory memory)) {
            throw new IllegalArgumentException(
                    "The properties must contain RocksDB's shared memory: store=" + storeName + " property=" + MEMORY);
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
        options.setArenaBlockSize(ARENA_BLOCK_BYTES);
    }

    /**
     * Returns whether a store's files are damaged: RocksDB reports corruption, or misses a file that it has written.
     *
     * @param error error thrown by a store
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

    /** Does not close the memory, because other stores use it. */
    @Override
    public void close(String storeName, Options options) {}

    /**
     * The bounded memory of all RocksDB stores of one client, whose limit holds for any number of partitions. It is one
     * block cache, to which memtables, index blocks and filter blocks are charged. Close it after the client.
     */
    public static final class Memory implements AutoCloseable {
        private static final double HIGH_PRIORITY_SHARE = 0.1;
        private static final int SHARDS_BY_SIZE = -1;

        private final long cacheBytes;
        private final Cache cache;
        private final WriteBufferManager writeBuffers;

        /** @param writeBufferBytes maximum part of {@code cacheBytes} for memtables */
        public Memory(long cacheBytes, long writeBufferBytes) {
            this.cacheBytes = cacheBytes;
            RocksDB.loadLibrary();
            cache = new LRUCache(cacheBytes, SHARDS_BY_SIZE, false, HIGH_PRIORITY_SHARE);
            writeBuffers = new WriteBufferManager(writeBufferBytes, cache);
        }

        /** Makes every store opened with these properties use this memory. */
        public void shareThrough(Map<String, Object> streamsProperties) {
            streamsProperties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
            streamsProperties.put(MEMORY, this);
        }

        /** Returns the bytes in use: cached blocks, and the memtables charged to the cache. */
        public long usedBytes() {
            return cache.getUsage();
        }

        /** Returns the bytes that cannot be evicted: memtables, and blocks that are being read. */
        public long pinnedBytes() {
            return cache.getPinnedUsage();
        }

        /** Returns the maximum number of bytes. */
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
