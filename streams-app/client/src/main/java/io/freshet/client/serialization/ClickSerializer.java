package io.freshet.client.serialization;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Serialises clicks to the JSON of {@link ClickCodec}. Null becomes a tombstone. Thread-safe. */
public final class ClickSerializer implements Serializer<Click> {
    @Override
    public byte @Nullable [] serialize(String topic, @Nullable Click data) {
        return data == null ? null : ClickCodec.toJson(data);
    }
}
