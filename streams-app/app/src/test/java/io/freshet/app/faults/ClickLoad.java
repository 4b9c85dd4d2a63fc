package io.freshet.app.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes known clicks in order of time at a steady rate. The producer waits up to ten minutes for brokers, so that each
 * click is accepted exactly once. No two clicks of a user are the same.
 */
final class ClickLoad implements AutoCloseable {
    private static final int ITEMS = 300;
    private static final int TASTE = 12;
    private static final String PATIENCE_MS = "600000";

    private final KafkaProducer<byte[], byte[]> producer;
    private final Random random;
    private final int users;
    private final long firstMs = System.currentTimeMillis();
    private final List<Click> clicks = new ArrayList<>(); // guarded by itself
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicReference<@Nullable Exception> refused = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean ending;

    ClickLoad(String bootstrapServers, Random random, int users, int clicksPerSecond) {
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "delivery.timeout.ms", PATIENCE_MS,
                        "max.block.ms", PATIENCE_MS,
                        "acks", "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.random = random;
        this.users = users;
        this.thread = Thread.ofPlatform().name("click-load").daemon().unstarted(() -> sendSteadily(clicksPerSecond));
    }

    /** Starts sending. */
    void start() {
        thread.start();
    }

    /** Sends this many clicks at once. */
    void send(int count) {
        for (int i = 0; i < count; i++) {
            send();
        }
        producer.flush();
    }

    private void sendSteadily(int perSecond) {
        long next = System.nanoTime();
        while (!ending) {
            send();
            next += 1_000_000_000L / perSecond;
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    private void send() {
        Click click;
        synchronized (clicks) {
            int user = random.nextInt(users);
            click = new Click(
                    "u" + user, "i" + (user + random.nextInt(TASTE)) % ITEMS, firstMs + clicks.size(), null, null);
            clicks.add(click);
        }
        var _ = producer.send(
                new ProducerRecord<>("clicks", click.userId().getBytes(UTF_8), ClickCodec.toJson(click)),
                (_, failure) -> {
                    if (failure == null) {
                        accepted.incrementAndGet();
                    } else {
                        refused.set(failure);
                    }
                });
    }

    /** Returns the number of clicks that the brokers have acknowledged so far. */
    long accepted() {
        return accepted.get();
    }

    /** Stops sending, waits until the brokers have acknowledged all clicks, and returns them in order of time. */
    List<Click> end() throws InterruptedException {
        ending = true;
        thread.join();
        producer.flush();
        Exception failure = refused.get();
        if (failure != null) {
            throw new AssertionError("every click must be accepted", failure);
        }
        synchronized (clicks) {
            return List.copyOf(clicks);
        }
    }

    @Override
    public void close() {
        ending = true;
        producer.close(Duration.ofSeconds(1));
    }
}
