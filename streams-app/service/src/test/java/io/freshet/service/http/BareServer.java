package io.freshet.service.http;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.telemetry.ProcessMeters;
import io.freshet.store.FileSnapshotStore;
import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.testkit.http.Asker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A server of a process without a role or Kafka: health, metrics, the description and the model's routes. */
public final class BareServer implements AutoCloseable {
    private final FreshetConfig config;
    private final HttpServer server;

    public BareServer(Path folder, Map<String, String> more) throws IOException {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("state.dir", folder.resolve("state").toString());
        settings.put("http.port", Integer.toString(ListenerPorts.free()));
        config = FreshetConfig.of(settings);
        server = HttpServer.start(
                config,
                new HttpServer.Roles(
                        null,
                        null,
                        new FileSnapshotStore(config.modelStorePath()),
                        ProcessMeters.registry(config),
                        null));
    }

    public int port() {
        return config.http().port();
    }

    public Asker asker() {
        return Asker.at(port());
    }

    public RawClient raw() {
        return new RawClient(port());
    }

    @Override
    public void close() {
        server.close();
    }
}
