package io.freshet.app.export;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.jspecify.annotations.Nullable;

/**
 * Writes items and vectors as one Parquet file: {@code item_id} is a string, {@code vector} a list of floats. The file is
 * not compressed, because learned floats hardly shrink, and has no dictionary, because hardly any value repeats.
 */
final class ParquetFile {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final MessageType SCHEMA = MessageTypeParser.parseMessageType("""
            message items {
              required binary item_id (STRING);
              required group vector (LIST) {
                repeated group list {
                  required float element;
                }
              }
            }
            """);

    private ParquetFile() {}

    static void write(Path file, ItemVectors items, ExportListener listener) throws IOException {
        try (ParquetWriter<Integer> writer = new Builder(file, items)
                .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
                .withDictionaryEncoding(false)
                .build()) {
            for (int position = 0; position < items.count(); position++) {
                writer.write(position);
                listener.written(position + 1, items.count());
            }
        }
    }

    /** A builder of writers whose records are positions of items. */
    private static final class Builder extends ParquetWriter.Builder<Integer, Builder> {
        private final ItemVectors items;

        Builder(Path file, ItemVectors items) {
            super(new LocalOutputFile(file));
            this.items = items;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // the deprecated overload is the one that must be implemented
        protected WriteSupport<Integer> getWriteSupport(Configuration configuration) {
            return new Items(items);
        }
    }

    private static final class Items extends WriteSupport<Integer> {
        private final ItemVectors items;
        private @Nullable RecordConsumer record;

        Items(ItemVectors items) {
            this.items = items;
        }

        @Override
        @SuppressWarnings("deprecation") // the deprecated overload is the one that must be implemented
        public WriteContext init(Configuration configuration) {
            return new WriteContext(SCHEMA, Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer consumer) {
            record = consumer;
        }

        @Override
        public void write(Integer position) {
            RecordConsumer consumer = record;
            if (consumer == null) {
                throw new IllegalStateException("a file must be open before something is written");
            }
            consumer.startMessage();
            consumer.startField("item_id", 0);
            consumer.addBinary(Binary.fromString(items.id(position)));
            consumer.endField("item_id", 0);
            consumer.startField("vector", 1);
            consumer.startGroup();
            writeElements(consumer, items.vector(position));
            consumer.endGroup();
            consumer.endField("vector", 1);
            consumer.endMessage();
        }

        private void writeElements(RecordConsumer consumer, MemorySegment vector) {
            consumer.startField("list", 0);
            for (int i = 0; i < items.dim(); i++) {
                consumer.startGroup();
                consumer.startField("element", 0);
                consumer.addFloat(vector.getAtIndex(FLOAT, i));
                consumer.endField("element", 0);
                consumer.endGroup();
            }
            consumer.endField("list", 0);
        }
    }
}
