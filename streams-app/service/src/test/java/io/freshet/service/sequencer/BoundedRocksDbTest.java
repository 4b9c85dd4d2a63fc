package io.freshet.service.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

final class BoundedRocksDbTest {
    private static final int STORES = 32;
    private static final long CACHE_BYTES = 32 << 20;
    private static final long WRITE_BUFFER_BYTES = 8 << 20;
    private static final int VALUE_BYTES = 800;

    @TempDir
    private Path folder;

    private final BoundedRocksDb.Memory memory = new BoundedRocksDb.Memory(CACHE_BYTES, WRITE_BUFFER_BYTES);
    private final List<Options> options = new ArrayList<>();
    private final List<RocksDB> stores = new ArrayList<>();

    @AfterEach
    void close() {
        stores.forEach(RocksDB::close);
        options.forEach(Options::close);
        memory.close();
    }

    @Test
    void storesThatAreFullOfOldWritesDoNotMakeAnotherStoreWriteAFileForEachWrite() throws RocksDBException {
        memory.divideAmong(STORES);
        for (int store = 0; store < STORES; store++) {
            stores.add(open("store-" + store));
        }
        for (RocksDB idle : stores.subList(1, STORES)) {
            write(idle, 2 * WRITE_BUFFER_BYTES / STORES);
        }
        RocksDB busy = stores.getFirst();
        long before = busy.getLatestSequenceNumber();

        write(busy, WRITE_BUFFER_BYTES);

        long writes = busy.getLatestSequenceNumber() - before;
        assertThat(writes).isGreaterThan(10_000);
        assertThat(newestFile(busy)).as("number of the newest file").isLessThan(writes / 20);
        assertThat(memory.pinnedBytes()).as("memory of all memtables").isLessThan(2 * WRITE_BUFFER_BYTES);
    }

    @Test
    void aStoreAloneHasAllWriteBuffers() throws RocksDBException {
        memory.divideAmong(1);
        stores.add(open("alone"));

        write(stores.getFirst(), WRITE_BUFFER_BYTES / 2);

        assertThat(stores.getFirst().getLiveFilesMetaData()).as("files").isEmpty();
    }

    private RocksDB open(String name) throws RocksDBException {
        Options ofStore = new Options().setCreateIfMissing(true).setTableFormatConfig(new BlockBasedTableConfig());
        options.add(ofStore);
        Map<String, Object> properties = new HashMap<>();
        memory.shareThrough(properties);
        new BoundedRocksDb().setConfig(name, ofStore, properties);
        return RocksDB.open(ofStore, folder.resolve(name).toString());
    }

    private static void write(RocksDB store, long bytes) throws RocksDBException {
        for (int key = 0; (long) key * VALUE_BYTES < bytes; key++) {
            store.put(ByteBuffer.allocate(Integer.BYTES).putInt(key).array(), new byte[VALUE_BYTES]);
        }
    }

    private static long newestFile(RocksDB store) {
        return store.getLiveFilesMetaData().stream()
                .mapToLong(file -> Long.parseLong(file.fileName().replaceAll("\\D", "")))
                .max()
                .orElse(0);
    }
}
