package io.freshet.service.upgrade;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * A record as it was on its topic.
 *
 * @param record record with its original partition, time and headers
 * @param offset original offset
 */
record OldRecord(ProducerRecord<byte[], byte[]> record, long offset) {

    /** Reads the next record; the README beside the file describes the layout. */
    static OldRecord read(DataInputStream in) throws IOException {
        String topic = in.readUTF();
        int partition = in.readInt();
        long offset = in.readLong();
        long timestampMs = in.readLong();
        byte @Nullable [] key = bytes(in);
        byte @Nullable [] value = bytes(in);
        List<Header> headers = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            headers.add(new RecordHeader(in.readUTF(), bytes(in)));
        }
        return new OldRecord(new ProducerRecord<>(topic, partition, timestampMs, key, value, headers), offset);
    }

    private static byte @Nullable [] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length < 0 ? null : in.readNBytes(length);
    }

    TopicPartition partition() {
        return new TopicPartition(record.topic(), record.partition());
    }

    long timestampMs() {
        return record.timestamp();
    }
}
