package io.freshet.app.role;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.store.modellog.InputRange;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.modellog.TargetRanks;
import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.store.sequence.UserSequence;
import io.freshet.store.sequence.UserSequenceCodec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Generates odd records of every kind from a seed. Values are missing, empty, junk, truncated, damaged, of other versions,
 * valid for another topic, or of the maximum length. Keys and headers are of every kind, and times range from -1 to the
 * year 9999. Valid content belongs to users whose names begin with {@value #USER}.
 */
final class OddRecords {
    static final String USER = "odd-";

    private static final int LONGEST = 1_040_000;
    private static final long YEAR_9999 = 253_402_300_799_999L;
    private static final int VERSION_POSITION = 2;

    private final Random random;
    private final String model;
    private final long nowMs = System.currentTimeMillis();

    /** @param model model that the records of the model's topics belong to */
    OddRecords(long seed, String model) {
        random = new Random(seed);
        this.model = model;
    }

    /** Returns the next record, which a producer may refuse. */
    ProducerRecord<byte[], byte[]> next(String topic) {
        byte @Nullable [] value = value();
        ProducerRecord<byte[], byte[]> record = new Timed(topic, key(), value, time());
        addTo(record.headers());
        return record;
    }

    /** A record with an arbitrary time; Kafka's own class rejects negative ones. */
    private static final class Timed extends ProducerRecord<byte[], byte[]> {
        private final long timestampMs;

        @SuppressWarnings("NullAway") // Keys and values may be null.
        Timed(String topic, byte @Nullable [] key, byte @Nullable [] value, long timestampMs) {
            super(topic, key, value);
            this.timestampMs = timestampMs;
        }

        @Override
        public Long timestamp() {
            return timestampMs;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    private long time() {
        return switch (random.nextInt(10)) {
            case 0 -> -1;
            case 1 -> 0;
            case 2 -> 1_400_000_000_000L;
            case 3 -> nowMs - Duration.ofDays(2).toMillis();
            case 4 -> nowMs + Duration.ofMinutes(2).toMillis();
            case 5 -> nowMs + Duration.ofDays(2).toMillis();
            case 6 -> YEAR_9999;
            case 7 -> random.nextLong(YEAR_9999);
            default -> nowMs;
        };
    }

    private byte @Nullable [] key() {
        return switch (random.nextInt(14)) {
            case 0 -> null;
            case 1 -> new byte[0];
            case 2 -> junk(1 + random.nextInt(300));
            case 3 -> random.nextInt(20) == 0 ? junk(random.nextInt(1_000_000)) : junk(8);
            case 4 -> model.getBytes(UTF_8);
            case 5 -> (model + "/000000000012-0123456789ab").getBytes(UTF_8);
            case 6 -> text("-1", "0", "999999", "2147483648", "x");
            case 7 -> (USER + "\u0000").getBytes(UTF_8);
            default -> user().getBytes(UTF_8);
        };
    }

    private String user() {
        return USER + random.nextInt(20);
    }

    private byte @Nullable [] value() {
        return switch (random.nextInt(16)) {
            case 0 -> null;
            case 1 -> new byte[0];
            case 2 -> junk(1 + random.nextInt(200));
            case 3 -> large();
            case 4 -> "[".repeat(1 + random.nextInt(20_000)).getBytes(UTF_8);
            case 5 -> text("{", "null", "{}", "1e999", "\"x\"", "{\"user_id\":", "{} {}", "{\"user_id\":{\"a\":[]}}");
            case 6 -> json(-1, "a\\u0000b");
            case 7 -> json(random.nextLong(YEAR_9999), "item");
            case 8 -> cut(json(nowMs, "item"));
            case 9 -> json(nowMs, "item-" + random.nextInt(50));
            case 10 -> request();
            case 11 ->
                text("{\"categories\":7}", "{\"available\":\"x\"}", "{\"categories\":[[]]}", "{\"available\":false}");
            case 12 -> format();
            case 13 -> cut(format());
            case 14 -> damaged(format());
            default -> ofVersion(format(), random.nextInt(256), random.nextBoolean());
        };
    }

    private byte[] large() {
        return switch (random.nextInt(12)) {
            case 0 -> junk(LONGEST - random.nextInt(2_000));
            case 1 -> new byte[2 << 20];
            case 2 -> ("{\"user_id\":\"" + "x".repeat(900_000) + "\"}").getBytes(UTF_8);
            default -> junk(random.nextInt(20_000));
        };
    }

    private byte[] json(long timestampMs, String item) {
        return ("{\"user_id\":\"" + user() + "\",\"item_id\":\"" + item + "\",\"timestamp\":" + timestampMs + "}")
                .getBytes(UTF_8);
    }

    private byte[] request() {
        return text(
                "{\"user_id\":\"" + user() + "\"}",
                "{\"user_id\":\"" + user() + "\",\"k\":0}",
                "{\"history\":[\"a\",\"b\"],\"why\":true,\"k\":1000}",
                "{\"history\":[],\"k\":5}",
                "{\"history\":[\"a\"],\"exclude\":[\"\\u0000\"]}",
                "{\"unknown\":1}");
    }

    /** Returns a valid record of one of the binary formats. */
    private byte[] format() {
        UserSequence sequence =
                new UserSequence(List.of(new Interaction("odd-item", random.nextLong(YEAR_9999), "view", 7)));
        return switch (random.nextInt(4)) {
            case 0 -> UserSequenceCodec.encode(sequence);
            case 1 ->
                SequenceUpdateCodec.encode(new SequenceUpdate(
                        sequence, List.of(0), new ClickOrigin("elsewhere", 3, 5, random.nextLong() >> 10)));
            case 2 ->
                ModelLogCodec.encode(new StepRecord(
                        1,
                        List.of(new InputRange("elsewhere", 9, 5, 7)),
                        new TargetRanks(new int[] {1}, new int[] {1}, new int[] {1}),
                        new long[] {1, 2}));
            default -> ClickCodec.toJson(new Click(user(), "odd-item", nowMs, null, null));
        };
    }

    private byte[] cut(byte[] bytes) {
        return Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }

    private byte[] damaged(byte[] bytes) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        return bytes;
    }

    /** @param sealed whether to correct the checksum */
    private static byte[] ofVersion(byte[] bytes, int version, boolean sealed) {
        bytes[VERSION_POSITION] = (byte) version;
        if (sealed) {
            CRC32C crc = new CRC32C();
            crc.update(bytes, 0, bytes.length - Integer.BYTES);
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes.length - Integer.BYTES, (int)
                    crc.getValue());
        }
        return bytes;
    }

    private void addTo(Headers headers) {
        switch (random.nextInt(12)) {
            case 0 -> headers.add("traceparent", junk(40));
            case 1 ->
                headers.add(
                                "freshet.origin.topic",
                                "t".repeat(random.nextInt(100_000)).getBytes(UTF_8))
                        .add("freshet.origin.partition", text("-1", "0", "x", "99999999999"))
                        .add("freshet.origin.offset", text("-5", "0", "7", "x"))
                        .add("freshet.origin.timestamp", text("-5", "0", "7", "9223372036854775807"));
            case 2 ->
                Stream.of("freshet.variant", "freshet.reason", "freshet.record.timestamp", "correlation-id")
                        .forEach(name -> headers.add(name, junk(random.nextInt(3_000))));
            case 3 -> headers.add("", null).add("correlation-id", null).add("baggage", new byte[0]);
            case 4 -> {
                if (random.nextInt(20) == 0) {
                    headers.add("long", junk(random.nextInt(900_000)));
                } else if (random.nextInt(20) == 0) {
                    for (int i = 0; i < 10_000; i++) {
                        headers.add("h" + i, junk(3));
                    }
                }
            }
            default -> {}
        }
    }

    private byte[] text(String... choices) {
        return choices[random.nextInt(choices.length)].getBytes(UTF_8);
    }

    private byte[] junk(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
