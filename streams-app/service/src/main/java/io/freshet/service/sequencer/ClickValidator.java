package io.freshet.service.sequencer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.service.clickformat.ClickFormat;
import io.freshet.service.output.DeadLetters;
import io.freshet.service.output.OriginHeaders;
import io.freshet.service.output.Outputs;
import io.freshet.service.output.PassedHeaders;
import io.freshet.service.output.RecordTimes;
import io.freshet.store.sequence.ClickOrigin;
import java.util.Arrays;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Reads each record as a click ({@link ClickRecords}) and decides what happens to it. A re-keyed click keeps the origin of
 * its first record. A re-keyed click whose key is still not its user is refused, so that no click is re-keyed for ever. A
 * tombstone under a user's key erases that user.
 *
 * <p>All records that leave this processor are bounded, whatever the input: a click by its format, headers and dead letters
 * by {@link Outputs}.
 */
final class ClickValidator extends ContextualProcessor<byte[], byte[], byte[], Verdict> {
    private final String rekeyedTopic;
    private final ClickRecords records;
    private final PassedHeaders passedHeaders;
    private final DeadLetters deadLetters;
    private final SequencerMetrics metrics;
    private final DropWarnings warnings = new DropWarnings("a click");

    /** @param rekeyedTopic topic of re-keyed clicks, which are in Freshet's own JSON whatever the format */
    ClickValidator(String rekeyedTopic, ClickRecords records, Outputs outputs, SequencerMetrics metrics) {
        this.rekeyedTopic = rekeyedTopic;
        this.records = records;
        passedHeaders = outputs.passedHeaders();
        deadLetters = outputs.deadLetters();
        this.metrics = metrics;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata received = context().recordMetadata().orElseThrow();
        boolean rekeyed = received.topic().equals(rekeyedTopic);
        ClickOrigin origin = originOf(record, received, rekeyed);
        switch (records.read(received.topic(), record.key(), record.value(), record.headers(), record.timestamp())) {
            case ClickRecords.Reading.Accepted accepted -> place(record, accepted.click(), origin, rekeyed);
            case ClickRecords.Reading.NoClick _ -> metrics.countSkipped();
            case ClickRecords.Reading.Erasure _ -> forward(record, record.key(), new Verdict.Erased(origin));
            case ClickRecords.Reading.Refused refused -> refuse(record, refused.reason(), refused.detail(), origin);
        }
    }

    private static ClickOrigin originOf(Record<byte[], byte[]> record, RecordMetadata received, boolean rekeyed) {
        ClickOrigin itself = new ClickOrigin(
                received.topic(),
                received.partition(),
                received.offset(),
                RecordTimes.writtenMs(record.headers(), record.timestamp()));
        return rekeyed ? OriginHeaders.read(record.headers()).orElse(itself) : itself;
    }

    private void place(Record<byte[], byte[]> record, Click click, ClickOrigin origin, boolean rekeyed) {
        byte[] userKey = click.userId().getBytes(UTF_8);
        if (Arrays.equals(record.key(), userKey)) {
            accept(record, click, origin);
        } else if (rekeyed) {
            String detail = "key must be the click's user_id: user_id=" + click.userId();
            refuse(record, DeadLetterHeaders.KEY_IS_NOT_THE_USER, detail, origin);
        } else {
            rekey(record, userKey, click, origin);
        }
    }

    private void accept(Record<byte[], byte[]> record, Click click, ClickOrigin origin) {
        forward(record, record.key(), new Verdict.Accepted(click, origin));
    }

    private void rekey(Record<byte[], byte[]> record, byte[] userKey, Click click, ClickOrigin origin) {
        byte[] ownJson = records.isOwn(origin.topic()) ? record.value() : ClickCodec.toJson(click);
        Headers headers = passedHeaders.of(record.headers());
        OriginHeaders.write(headers, origin);
        metrics.countRekeyed();
        context()
                .forward(record.withKey(userKey)
                        .<Verdict>withValue(new Verdict.Misplaced(ownJson))
                        .withHeaders(headers));
    }

    private void forward(Record<byte[], byte[]> record, byte[] key, Verdict verdict) {
        context().forward(record.withKey(key).withValue(verdict).withHeaders(passedHeaders.of(record.headers())));
    }

    /**
     * A dead letter says if its value is in Freshet's own JSON, and the topic of its origin has another format: it may be
     * sent there again.
     */
    private void refuse(Record<byte[], byte[]> record, String reason, String detail, ClickOrigin origin) {
        metrics.countDeadLetter(reason);
        warnings.dropped(reason, origin, context(), record.headers());
        DeadLetters.Letter letter =
                deadLetters.of(record.key(), record.value(), record.headers(), reason, detail, origin);
        String topic = context().recordMetadata().orElseThrow().topic();
        if (!records.isOwn(origin.topic())
                && records.formatOf(topic, record.headers()).equals(ClickFormat.OWN)
                && !ClickFormat.isMarkedAsOwn(letter.headers())) {
            ClickFormat.markAsOwn(letter.headers());
        }
        context()
                .forward(record.withKey(letter.key())
                        .<Verdict>withValue(new Verdict.Refused(letter.value()))
                        .withHeaders(letter.headers()));
    }
}
