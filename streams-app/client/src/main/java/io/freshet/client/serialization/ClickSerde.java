package io.freshet.client.serialization;

import io.freshet.client.click.Click;
import org.apache.kafka.common.serialization.Serdes;

/** The serde of clicks, for Kafka Streams. Thread-safe. */
public final class ClickSerde extends Serdes.WrapperSerde<Click> {
    /** Creates a serde of {@link ClickSerializer} and {@link ClickDeserializer}. */
    public ClickSerde() {
        super(new ClickSerializer(), new ClickDeserializer());
    }
}
