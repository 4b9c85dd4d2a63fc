package io.freshet.service.popularity;

import io.freshet.store.format.BinaryFormat;
import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Codec of a partition's popular items on their topic, version 3.
 *
 * <pre>
 * 3 bytes   46 50 03: magic, kind 'P', version
 * zigzag    landmark, epoch ms
 * zigzag    the present by the clicks' times, epoch ms, 0 if unknown
 * 8 bytes   weight of all clicks, the bits of a double, little endian
 * varint    number of items
 * for each, most popular first
 *   string  item id: varint of the UTF-8 length, UTF-8
 *   8 bytes weight, the bits of a double, little endian
 * 4 bytes   CRC-32C of all preceding bytes, little endian
 * </pre>
 *
 * <p>Version 2 is still read. It has the time of the newest click in place of the current time. A single click could
 * move that time, so the reader ignores it and treats the current time as unknown. Version 1 was never written to a
 * topic.
 */
public final class PopularItemsCodec {
    private static final BinaryFormat FORMAT = new BinaryFormat("popular items", 'P', 2, 3);
    private static final int FIRST_WITH_PRESENT = 3;
    private static final long NOT_KNOWN = 0;
    private static final int MIN_ITEM_BYTES = 1 + Long.BYTES;
    private static final int TYPICAL_ITEM_BYTES = 24;

    private PopularItemsCodec() {}

    public static byte[] encode(PopularItems popular) {
        ByteWriter writer =
                FORMAT.writer(40 + TYPICAL_ITEM_BYTES * popular.items().size());
        writer.writeZigzag(popular.landmarkMs());
        writer.writeZigzag(popular.nowMs());
        writer.writeLong(Double.doubleToLongBits(popular.totalWeight()));
        writer.writeVarint(popular.items().size());
        for (PopularItems.Item item : popular.items()) {
            writer.writeString(item.itemId());
            writer.writeLong(Double.doubleToLongBits(item.weight()));
        }
        return FORMAT.seal(writer);
    }

    /**
     * Reads the popular items of a partition.
     *
     * @throws io.freshet.store.format.FormatException if the bytes are corrupt, too old or too new
     */
    public static PopularItems decode(byte[] bytes) {
        ByteReader reader = FORMAT.reader(bytes);
        long landmarkMs = reader.readZigzag();
        long timeMs = reader.readZigzag();
        long nowMs = BinaryFormat.versionOf(bytes) < FIRST_WITH_PRESENT ? NOT_KNOWN : timeMs;
        double totalWeight = weight(reader);
        int count = reader.readCount(MIN_ITEM_BYTES);
        List<PopularItems.Item> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(new PopularItems.Item(reader.readString(), weight(reader)));
        }
        reader.requireEnd();
        return new PopularItems(landmarkMs, nowMs, totalWeight, items);
    }

    private static double weight(ByteReader reader) {
        double weight = Double.longBitsToDouble(reader.readLong());
        if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
            throw reader.corrupt("a weight must be finite and not negative", "weight", weight);
        }
        return weight;
    }
}
