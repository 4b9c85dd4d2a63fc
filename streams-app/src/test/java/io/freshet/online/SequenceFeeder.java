package io.freshet.online;

import io.freshet.sequence.ClickOrigin;
import io.freshet.sequence.Interaction;
import io.freshet.sequence.SequenceUpdate;
import io.freshet.sequence.SequenceUpdateCodec;
import io.freshet.sequence.UserSequence;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes updates of random users to {@code sequences}, in transactions of a few, some of which are aborted. */
final class SequenceFeeder implements AutoCloseable {
    private static final int WINDOW = 10;

    private final KafkaProducer<byte[], byte[]> producer;
    private final Map<String, List<Interaction>> interactionsOf = new HashMap<>();
    private final Random random = new Random(5);
    private long fed;

    SequenceFeeder(String bootstrapServers) {
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "transactional.id", "feeder"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
    }

    /** Committed records so far. */
    long fed() {
        return fed;
    }

    void feed(int records) {
        for (int left = records; left > 0; ) {
            int count = Math.min(left, 1 + random.nextInt(20));
            if (random.nextInt(4) == 0) {
                abort(count);
            }
            producer.beginTransaction();
            for (int i = 0; i < count; i++) {
                send(click());
            }
            producer.commitTransaction();
            fed += count;
            left -= count;
        }
    }

    /** Feeds clicks on items that nobody has clicked before, which no model expects. */
    void feedNeverSeen(int records) {
        producer.beginTransaction();
        for (int i = 0; i < records; i++) {
            send(click(random.nextInt(40), "new-item-" + fed));
            fed++;
        }
        producer.commitTransaction();
    }

    /** Writes a record that is no update. */
    void feedUndecodable() {
        producer.beginTransaction();
        var _ = producer.send(new ProducerRecord<>(
                OnlineConfig.Topics.DEFAULT.sequences(), "someone".getBytes(StandardCharsets.UTF_8), new byte[] {1, 2
                }));
        producer.commitTransaction();
    }

    private void abort(int records) {
        producer.beginTransaction();
        for (int i = 0; i < records; i++) {
            send(new UserUpdate("nobody", update(List.of(new Interaction("never-clicked", 0, null, 0)))));
        }
        producer.flush();
        producer.abortTransaction();
    }

    private UserUpdate click() {
        int user = random.nextInt(40);
        int item = (user + random.nextInt(8)) % 60;
        return click(user, "item-" + item);
    }

    private UserUpdate click(int user, String item) {
        List<Interaction> interactions = interactionsOf.computeIfAbsent("user-" + user, id -> new ArrayList<>());
        interactions.add(new Interaction(item, fed, null, 0));
        if (interactions.size() > WINDOW) {
            interactions.removeFirst();
        }
        return new UserUpdate("user-" + user, update(interactions));
    }

    private SequenceUpdate update(List<Interaction> interactions) {
        return new SequenceUpdate(
                new UserSequence(interactions),
                List.of(interactions.size() - 1),
                new ClickOrigin("clicks", 0, fed, 1_000 + fed));
    }

    private void send(UserUpdate update) {
        var _ = producer.send(new ProducerRecord<>(
                OnlineConfig.Topics.DEFAULT.sequences(),
                update.user().getBytes(StandardCharsets.UTF_8),
                SequenceUpdateCodec.encode(update.update())));
    }

    @Override
    public void close() {
        producer.close();
    }
}
