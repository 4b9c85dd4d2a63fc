package io.freshet.sequencer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.event.Click;
import io.freshet.event.ClickCodec;
import io.freshet.event.MalformedClickException;
import io.freshet.sequence.ClickOrigin;
import java.util.Arrays;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Reads each record as a click and says what becomes of it. A click that was re-keyed keeps the origin of its first
 * record; one whose key is still not its user is refused, so that none goes round for ever. A tombstone under a user's key erases that user.
 */
final class ClickValidator extends ContextualProcessor<byte[], byte[], byte[], Verdict> {
    private final String rekeyedTopic;
    private final long futureBoundMs;
    private final SequencerMetrics metrics;
    private final DropWarnings warnings = new DropWarnings("a click");

    ClickValidator(String rekeyedTopic, long futureBoundMs, SequencerMetrics metrics) {
        this.rekeyedTopic = rekeyedTopic;
        this.futureBoundMs = futureBoundMs;
        this.metrics = metrics;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata received = context().recordMetadata().orElseThrow();
        boolean rekeyed = received.topic().equals(rekeyedTopic);
        ClickOrigin origin = originOf(record, received, rekeyed);
        byte @Nullable [] value = record.value();
        if (value == null) {
            erase(record, origin);
            return;
        }
        try {
            place(record, ClickCodec.parse(value), origin, rekeyed);
        } catch (MalformedClickException e) {
            refuse(record, e.reason().code(), String.valueOf(e.getMessage()), origin);
        }
    }

    private void erase(Record<byte[], byte[]> record, ClickOrigin origin) {
        if (record.key() == null) {
            refuse(record, DeadLetterHeaders.NO_VALUE, "record must have a value, or a key to erase", origin);
        } else {
            context().forward(record.withValue(new Verdict.Erased(origin)));
        }
    }

    private static ClickOrigin originOf(Record<byte[], byte[]> record, RecordMetadata received, boolean rekeyed) {
        ClickOrigin itself =
                new ClickOrigin(received.topic(), received.partition(), received.offset(), record.timestamp());
        return rekeyed ? OriginHeaders.read(record.headers()).orElse(itself) : itself;
    }

    private void place(Record<byte[], byte[]> record, Click click, ClickOrigin origin, boolean rekeyed) {
        if (isInTheFuture(click, origin)) {
            String detail = "timestamp must be at most " + futureBoundMs
                    + " ms after its record's, which counts no later than the wall clock: timestamp="
                    + click.timestampMs() + ", record=" + origin.recordTimestampMs();
            refuse(record, DeadLetterHeaders.TIMESTAMP_IN_THE_FUTURE, detail, origin);
            return;
        }
        byte[] userKey = click.userId().getBytes(UTF_8);
        if (Arrays.equals(record.key(), userKey)) {
            accept(record, click, origin, rekeyed);
        } else if (rekeyed) {
            String detail = "key must be the click's user_id: user_id=" + click.userId();
            refuse(record, DeadLetterHeaders.KEY_IS_NOT_THE_USER, detail, origin);
        } else {
            rekey(record, userKey, origin);
        }
    }

    private boolean isInTheFuture(Click click, ClickOrigin origin) {
        return click.timestampMs() > origin.recordTimestampMs()
                && click.timestampMs() - origin.recordTimestampMs() > futureBoundMs;
    }

    private void accept(Record<byte[], byte[]> record, Click click, ClickOrigin origin, boolean rekeyed) {
        Record<byte[], Verdict> accepted = record.withValue(new Verdict.Accepted(click, origin));
        context().forward(rekeyed ? accepted.withHeaders(withoutOrigin(record.headers())) : accepted);
    }

    private static Headers withoutOrigin(Headers headers) {
        Headers own = new RecordHeaders(headers);
        OriginHeaders.remove(own);
        return own;
    }

    private void rekey(Record<byte[], byte[]> record, byte[] userKey, ClickOrigin origin) {
        Headers headers = new RecordHeaders(record.headers());
        OriginHeaders.write(headers, origin);
        metrics.countRekeyed();
        context()
                .forward(record.withKey(userKey)
                        .<Verdict>withValue(new Verdict.Misplaced(new RawValue(record.value())))
                        .withHeaders(headers));
    }

    private void refuse(Record<byte[], byte[]> record, String reason, String detail, ClickOrigin origin) {
        metrics.countDeadLetter(reason);
        warnings.dropped(reason, origin, context(), record.headers());
        context()
                .forward(record.<Verdict>withValue(new Verdict.Refused(new RawValue(record.value())))
                        .withHeaders(DeadLetterHeaders.of(record.headers(), reason, detail, origin)));
    }
}
