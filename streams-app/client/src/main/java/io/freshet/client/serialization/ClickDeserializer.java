package io.freshet.client.serialization;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.client.click.MalformedClickException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** Deserialises clicks from the JSON of {@link ClickCodec}. A tombstone becomes null. Thread-safe. */
public final class ClickDeserializer implements Deserializer<Click> {
    /** @throws SerializationException if the bytes are malformed; the message has the topic and the violated condition */
    @Override
    public @Nullable Click deserialize(String topic, byte @Nullable [] data) {
        if (data == null) {
            return null;
        }
        try {
            return ClickCodec.parse(data);
        } catch (MalformedClickException e) {
            throw new SerializationException("topic=" + topic + ": " + e.getMessage(), e);
        }
    }
}
