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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Configures each RocksDB store of a Kafka Streams client to use the one {@link Memory} that the client's properties share.
 * Kafka Streams creates one instance per store.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {
    private static final String MEMORY = "freshet.rocksdb.memory";
    private static final long BLOCK_BYTES = 4_096;
    private static final long MAX_MEMTABLE_BYTES = 8L << 20;
    private static final int MEMTABLES = 2;

    /** A memtable may have at least this share of the write buffers, so that a process with few of many partitions has use of them. */
    private static final int LEAST_SHARE = 64;

    /** Smallest limit of a memtable: with a smaller one, RocksDB would write a file every few hundred clicks. */
    private static final long MIN_MEMTABLE_BYTES = 64 << 10;

    /**
     * Smallest memory of a memtable. RocksDB's default is an eighth of the memtable's limit and at most 1 MB, which a store
     * takes with its first write.
     */
    private static final long ARENA_BLOCK_BYTES = 32 << 10;

    /** What a store takes beside its memtable: Kafka Streams keeps the offsets of a store in a small memtable of their own. */
    private static final long OFFSETS_BYTES = 160 << 10;

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
        options.setWriteBufferSize(memory.memtableBytes);
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
     * The bounded memory of all RocksDB stores of one client. It is one block cache, to which memtables, index blocks and
     * filter blocks are charged. Close it after the client.
     *
     * <p>Memtables are bounded one by one, each by its share of the write buffers. RocksDB could bound their sum, but then it
     * flushes the memtable of the store that is being written to, however small it is. As soon as stores that receive no
     * writes fill the memory, each write to another store would write a file. So that bound, the size of the cache, is only
     * the last resort.
     */
    public static final class Memory implements AutoCloseable {
        private static final Logger LOG = LoggerFactory.getLogger(Memory.class);
        private static final double HIGH_PRIORITY_SHARE = 0.1;
        private static final int SHARDS_BY_SIZE = -1;

        private final long cacheBytes;
        private final long writeBufferBytes;
        private final Cache cache;
        private final WriteBufferManager writeBuffers;
        private volatile long memtableBytes;

        /**
         * Makes the memory, whose write buffers are for one store until {@link #divideAmong} is called.
         *
         * @param writeBufferBytes part of {@code cacheBytes} that the memtables of all stores share; very many stores take
         *     more
         */
        public Memory(long cacheBytes, long writeBufferBytes) {
            this.cacheBytes = cacheBytes;
            this.writeBufferBytes = writeBufferBytes;
            memtableBytes = memtableBytes(1);
            RocksDB.loadLibrary();
            cache = new LRUCache(cacheBytes, SHARDS_BY_SIZE, false, HIGH_PRIORITY_SHARE);
            writeBuffers = new WriteBufferManager(cacheBytes, cache);
        }

        /**
         * Divides the write buffers among stores. Applies to stores that are opened from now on.
         *
         * @param stores the largest number of stores that can be open at the same time
         */
        public void divideAmong(int stores) {
            memtableBytes = memtableBytes(stores);
            long needed = stores * (memtableBytes + OFFSETS_BYTES);
            if (needed > cacheBytes / 2) {
                LOG.warn(
                        "The memtables of {} stores can take {} bytes, which is more than half of the block cache. If this"
                                + " process can get all partitions, set streams.rocksdb.cache.bytes to at least twice that:"
                                + " streams.rocksdb.cache.bytes={}",
                        stores,
                        needed,
                        cacheBytes);
            }
        }

        private long memtableBytes(int stores) {
            long least = Math.max(MIN_MEMTABLE_BYTES, writeBufferBytes / LEAST_SHARE);
            return Math.clamp(
                    writeBufferBytes / stores - OFFSETS_BYTES, Math.min(least, MAX_MEMTABLE_BYTES), MAX_MEMTABLE_BYTES);
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
