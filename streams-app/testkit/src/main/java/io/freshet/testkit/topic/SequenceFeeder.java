package io.freshet.testkit.topic;

import static org.awaitility.Awaitility.await;

import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.SequenceUpdateCodec;
import io.freshet.store.sequence.UserSequence;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.step.UserUpdate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes updates of random users to {@code sequences}, in transactions of a few records, some of which are aborted. */
public final class SequenceFeeder implements AutoCloseable {
    private static final int WINDOW = 10;

    private final KafkaProducer<byte[], byte[]> producer;
    private final Admin admin;
    private final Map<String, List<Interaction>> interactionsOf = new HashMap<>();
    private final Random random = new Random(5);
    private long fed;

    public SequenceFeeder(String bootstrapServers) {
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "transactional.id", "feeder"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
        this.admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
    }

    /** Returns the number of valid records committed so far. */
    public long fed() {
        return fed;
    }

    public void feed(int records) {
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
        awaitReadable();
    }

    /** Erases users, who begin anew with their next clicks. */
    public void erase(int users) {
        producer.beginTransaction();
        for (int user = 0; user < users; user++) {
            interactionsOf.remove("user-" + user);
            ClickOrigin cause = new ClickOrigin("clicks", 0, fed, 1_000 + fed);
            send(new UserUpdate("user-" + user, SequenceUpdate.erasure(cause)));
            fed++;
        }
        producer.commitTransaction();
        awaitReadable();
    }

    /** Feeds clicks on items that have never been clicked before, which no model expects. */
    public void feedNeverSeen(int records) {
        producer.beginTransaction();
        for (int i = 0; i < records; i++) {
            send(click(random.nextInt(40), "new-item-" + fed));
            fed++;
        }
        producer.commitTransaction();
        awaitReadable();
    }

    /** Feeds clicks of known users, all on one item. */
    public void feedClicksOn(String item, int records) {
        producer.beginTransaction();
        for (int i = 0; i < records; i++) {
            send(click(i % 40, item));
            fed++;
        }
        producer.commitTransaction();
        awaitReadable();
    }

    /** Feeds a partition, whether or not the producer knows of it yet. */
    public void feedPartition(int partition, int records) {
        producer.beginTransaction();
        for (int i = 0; i < records; i++) {
            UserUpdate update = click();
            var _ = producer.send(new ProducerRecord<>(
                    OnlineConfig.Topics.DEFAULT.sequences(),
                    partition,
                    update.user().getBytes(StandardCharsets.UTF_8),
                    SequenceUpdateCodec.encode(update.update())));
            fed++;
        }
        producer.commitTransaction();
        awaitReadable();
    }

    /** Writes aborted records to all partitions. */
    public void abortSome() {
        for (int i = 0; i < 5; i++) {
            abort(20);
        }
        awaitReadable();
    }

    /** Writes a record that is not a valid update. */
    public void feedUndecodable() {
        producer.beginTransaction();
        var _ = producer.send(new ProducerRecord<>(
                OnlineConfig.Topics.DEFAULT.sequences(), "someone".getBytes(StandardCharsets.UTF_8), new byte[] {1, 2
                }));
        producer.commitTransaction();
    }

    /**
     * Waits until committed records are readable: a commit is acknowledged slightly before read-committed consumers see it.
     */
    private void awaitReadable() {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> ends(IsolationLevel.READ_COMMITTED).equals(ends(IsolationLevel.READ_UNCOMMITTED)));
    }

    private Map<TopicPartition, Long> ends(IsolationLevel isolation) throws Exception {
        String topic = OnlineConfig.Topics.DEFAULT.sequences();
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        producer.partitionsFor(topic)
                .forEach(info -> latest.put(new TopicPartition(topic, info.partition()), OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        admin.listOffsets(latest, new ListOffsetsOptions(isolation))
                .all()
                .get()
                .forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    private void abort(int records) {
        producer.beginTransaction();
        for (int i = 0; i < records; i++) {
            send(new UserUpdate("nobody-" + i, update(List.of(new Interaction("never-clicked", 0, null, 0)))));
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
        admin.close();
    }
}
