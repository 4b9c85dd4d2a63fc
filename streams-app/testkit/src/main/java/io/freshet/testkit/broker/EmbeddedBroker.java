package io.freshet.testkit.broker;

import java.io.IOException;
import java.nio.file.Path;

/** The demo's broker. */
record EmbeddedBroker(EmbeddedKafka kafka) implements Broker {
    static EmbeddedBroker start(Path folder) throws IOException {
        return new EmbeddedBroker(EmbeddedKafka.start(folder));
    }

    @Override
    public String bootstrapServers() {
        return kafka.bootstrapServers();
    }

    @Override
    public void close() {
        kafka.close();
    }
}
