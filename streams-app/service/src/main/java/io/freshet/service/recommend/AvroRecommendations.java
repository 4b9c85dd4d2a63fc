package io.freshet.service.recommend;

import io.freshet.client.recommendation.Fallback;
import io.freshet.client.recommendation.Recommendation;
import io.freshet.client.recommendation.Recommendation.Because;
import io.freshet.client.recommendation.Recommendation.Item;
import io.freshet.service.schema.SchemaRegistry;
import io.freshet.store.sequence.ClickOrigin;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * Recommendations in binary Avro with the schema {@code recommendation.avsc}, which has the fields of {@link Recommendation}. In Confluent's framing: the byte 0, and the schema's id as 4 bytes, big-endian. Thread-safe.
 */
final class AvroRecommendations implements RecommendationFormat {
    private static final String RESOURCE = "recommendation.avsc";
    private static final Duration MOST_AT_START = Duration.ofMinutes(1);
    private static final Duration MOST = Duration.ofMillis(2_500);
    private static final int USUAL_BYTES = 512;

    private static final Schema SCHEMA = load();
    private static final Schema ITEM = SCHEMA.getField("items").schema().getElementType();
    private static final Schema BECAUSE = present(ITEM, "because").getElementType();
    private static final Schema MODEL = present(SCHEMA, "model");
    private static final Schema CAUSE = present(SCHEMA, "cause");

    private final SchemaRegistry schemas;
    private final String subject;

    AvroRecommendations(SchemaRegistry schemas, String topic) {
        this.schemas = schemas;
        subject = topic + "-value";
    }

    private static Schema load() {
        try (InputStream in = AvroRecommendations.class.getResourceAsStream(RESOURCE)) {
            return new Schema.Parser().parse(Objects.requireNonNull(in, RESOURCE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the schema of a field that may be null, for the case that it is not. */
    private static Schema present(Schema record, String field) {
        return record.getField(field).schema().getTypes().getLast();
    }

    @Override
    public Optional<String> avroSchema() {
        return Optional.of(SCHEMA.toString());
    }

    @Override
    public void prepare() {
        schemas.register(subject, SCHEMA.toString(), MOST_AT_START);
    }

    @Override
    public byte[] write(@Nullable String userId, Answer answer, @Nullable ClickOrigin cause, long generatedAtMs) {
        int id = schemas.register(subject, SCHEMA.toString(), MOST);
        ByteArrayOutputStream out = new ByteArrayOutputStream(USUAL_BYTES);
        out.write(0);
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(id).array());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            new GenericDatumWriter<GenericRecord>(SCHEMA).write(record(userId, answer, cause, generatedAtMs), encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not expected: the bytes go to memory
        }
        return out.toByteArray();
    }

    private static GenericRecord record(
            @Nullable String userId, Answer answer, @Nullable ClickOrigin cause, long generatedAtMs) {
        Fallback fallback = answer.fallback();
        GenericRecord record = new GenericData.Record(SCHEMA);
        record.put("user_id", userId);
        record.put(
                "items", answer.items().stream().map(AvroRecommendations::item).toList());
        record.put("model", model(answer.model()));
        record.put("variant", answer.variant().isEmpty() ? null : answer.variant());
        record.put("fallback", fallback == null ? null : fallback.code());
        record.put("cause", cause(cause));
        record.put("generated_at", generatedAtMs);
        return record;
    }

    private static GenericRecord item(Item item) {
        GenericRecord record = new GenericData.Record(ITEM);
        record.put("item_id", item.itemId());
        record.put("score", item.score());
        List<Because> because = item.because();
        record.put(
                "because",
                because == null
                        ? null
                        : because.stream().map(AvroRecommendations::because).toList());
        return record;
    }

    private static GenericRecord because(Because because) {
        GenericRecord record = new GenericData.Record(BECAUSE);
        record.put("item_id", because.itemId());
        record.put("weight", because.weight());
        return record;
    }

    private static @Nullable GenericRecord model(Recommendation.@Nullable Model model) {
        if (model == null) {
            return null;
        }
        GenericRecord record = new GenericData.Record(MODEL);
        record.put("version", model.version());
        record.put("step", model.step());
        return record;
    }

    private static @Nullable GenericRecord cause(@Nullable ClickOrigin cause) {
        if (cause == null) {
            return null;
        }
        GenericRecord record = new GenericData.Record(CAUSE);
        record.put("topic", cause.topic());
        record.put("partition", cause.partition());
        record.put("offset", cause.offset());
        record.put("timestamp", cause.recordTimestampMs());
        return record;
    }
}
