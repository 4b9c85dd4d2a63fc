package io.freshet.service.schema;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schemas of a registry. Keeps each schema for ever, because a registry never changes the schema of an id. Remembers
 * for a short time that the registry lacks an id, so that records with such an id do not flood it. Questions are asked in
 * the background; while the registry is away, they are repeated with a growing pause. Connects at the first question.
 * Thread-safe.
 */
public final class SchemaRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaRegistry.class);
    private static final Duration LACK_IS_REMEMBERED = Duration.ofSeconds(30);
    private static final Duration LONGEST_WAIT = Duration.ofMillis(2_500);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(250).toNanos();
    private static final int MOST_DOUBLINGS = 4; // a pause of 4 s
    private static final int MOST_QUESTIONS = 16;
    private static final int MOST_UNKNOWN = 10_000;

    private final @Nullable RegistryClient client;
    private final long lackIsRememberedNanos;
    private final Map<SchemaId, Answer.Known> known = new ConcurrentHashMap<>();
    private final Set<SchemaId> asked = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> registered = new ConcurrentHashMap<>();
    private final AtomicLong foundCount = new AtomicLong();
    private final AtomicLong unknownCount = new AtomicLong();
    private final AtomicLong failedCount = new AtomicLong();
    private volatile @Nullable Outage outage;

    /** Ids that the registry lacks, the oldest first; guarded by itself. */
    private final SequencedMap<SchemaId, Lack> unknown = new LinkedHashMap<>();

    /** What the registry says about an id. */
    public sealed interface Answer {
        /** The registry has the schema. */
        record Known(RegisteredSchema schema) implements Answer {}

        /**
         * The registry lacks the schema.
         *
         * @param detail what the registry answered
         */
        record Unknown(String detail) implements Answer {}
    }

    private record Lack(Answer.Unknown answer, long untilNanos) {}

    /** The time since the first of several questions in a row that the registry did not answer. */
    private record Outage(long sinceNanos, String why, int failures, long nextNanos) {}

    /**
     * @param url address of the registry, or null if there is none; then no question may be asked
     * @param user user of basic authentication; empty for none
     * @param password password of the user
     */
    public SchemaRegistry(@Nullable URI url, String user, Supplier<String> password) {
        this(url == null ? null : new RegistryClient(url, user, password), LACK_IS_REMEMBERED);
    }

    SchemaRegistry(@Nullable RegistryClient client, Duration lackIsRemembered) {
        this.client = client;
        lackIsRememberedNanos = lackIsRemembered.toNanos();
    }

    /** Returns whether Apicurio's own API is beside the API at an address, so that Apicurio's own ids can be looked up. */
    public static boolean isApicurio(URI url) {
        return RegistryClient.isApicurio(url);
    }

    /**
     * Returns what the registry says about an id, or null if that is not known at the moment. In this case, asks the
     * registry in the background, so that a later call returns the answer.
     */
    public @Nullable Answer ask(SchemaId id) {
        Answer.Known schema = known.get(id);
        if (schema != null) {
            return schema;
        }
        Lack lack = lackOf(id);
        if (lack != null && System.nanoTime() - lack.untilNanos < 0) {
            return lack.answer;
        }
        Outage now = outage;
        boolean mayAsk = now == null || System.nanoTime() - now.nextNanos >= 0;
        if (mayAsk && asked.size() < MOST_QUESTIONS && asked.add(id)) {
            Thread.ofVirtual().name("schema-registry").start(() -> lookUp(id));
        }
        return null;
    }

    /**
     * Returns what the registry says about an id. Waits for the registry for at most 2.5 seconds, which is less than the
     * time that a transaction may take.
     *
     * @throws RegistryAwayException if the registry does not answer in this time
     */
    public Answer require(SchemaId id) {
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        Answer answer = lastAnswer(id);
        while (answer == null && System.nanoTime() - deadline < 0 && slept(LOOK)) {
            answer = lastAnswer(id);
        }
        if (answer == null) {
            throw new RegistryAwayException(
                    trouble().orElse("The schema registry did not answer within " + LONGEST_WAIT.toMillis() + " ms"));
        }
        return answer;
    }

    /** Returns the last answer, however old it is, or asks. A record whose schema was unknown a moment ago has waited already. */
    private @Nullable Answer lastAnswer(SchemaId id) {
        Lack lack = lackOf(id);
        return lack == null ? ask(id) : lack.answer;
    }

    private @Nullable Lack lackOf(SchemaId id) {
        synchronized (unknown) {
            return unknown.get(id);
        }
    }

    private void lookUp(SchemaId id) {
        try {
            RegisteredSchema schema = client().fetch(id);
            known.put(id, new Answer.Known(schema));
            synchronized (unknown) {
                unknown.remove(id);
            }
            foundCount.incrementAndGet();
            answered();
        } catch (UnknownSchemaException e) {
            Answer.Unknown answer = new Answer.Unknown(String.valueOf(e.getMessage()));
            synchronized (unknown) {
                unknown.remove(id);
                unknown.put(id, new Lack(answer, System.nanoTime() + lackIsRememberedNanos));
                if (unknown.size() > MOST_UNKNOWN) {
                    unknown.pollFirstEntry();
                }
            }
            unknownCount.incrementAndGet();
            answered();
        } catch (IOException | RuntimeException e) {
            failed(e);
        } finally {
            asked.remove(id);
        }
    }

    private synchronized void answered() {
        if (outage != null) {
            LOG.info("The schema registry at {} answers again", client().url());
            outage = null;
        }
    }

    private synchronized void failed(Exception error) {
        failedCount.incrementAndGet();
        long nowNanos = System.nanoTime();
        Outage earlier = outage;
        int failures = earlier == null ? 0 : earlier.failures + 1;
        String message = error.getMessage();
        String why = message == null ? error.getClass().getSimpleName() : message;
        outage = new Outage(
                earlier == null ? nowNanos : earlier.sinceNanos,
                why,
                failures,
                nowNanos + (FIRST_PAUSE_NANOS << Math.min(failures, MOST_DOUBLINGS)));
        if (earlier == null) {
            LOG.warn("The schema registry at {} does not answer; it will be asked again: {}", client().url(), why);
        }
    }

    /** Returns since when and why the registry does not answer; empty if it answered the last question. */
    public Optional<String> trouble() {
        Outage now = outage;
        return now == null
                ? Optional.empty()
                : Optional.of("the schema registry at " + client().url() + " has not answered for "
                        + Duration.ofNanos(System.nanoTime() - now.sinceNanos).toSeconds() + " s: " + now.why);
    }

    /**
     * Registers a schema of Avro, or finds it if it is registered already, and returns its id. Repeats the question while
     * the registry does not answer. Remembers the id.
     *
     * @param most the longest time to wait
     * @throws ConfigException if the registry refuses the schema, with its reason
     * @throws RegistryAwayException if it does not answer in time
     */
    public int register(String subject, String schema, Duration most) {
        Integer earlier = registered.get(subject);
        if (earlier != null) {
            return earlier;
        }
        long deadline = System.nanoTime() + most.toNanos();
        while (true) {
            try {
                int id = client().register(subject, schema);
                registered.put(subject, id);
                answered();
                return id;
            } catch (IOException e) {
                failed(e);
                Outage now = outage;
                long pauseNanos = now == null ? 0 : Math.max(0, now.nextNanos - System.nanoTime());
                if (System.nanoTime() + pauseNanos - deadline > 0 || !slept(Duration.ofNanos(pauseNanos))) {
                    throw new RegistryAwayException("The schema registry must answer, so that the schema of "
                            + subject + " can be registered: "
                            + trouble().orElse(String.valueOf(e.getMessage())));
                }
            }
        }
    }

    private static boolean slept(Duration time) {
        try {
            Thread.sleep(time);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private RegistryClient client() {
        if (client == null) {
            throw new ConfigException("schema.registry.url must be set");
        }
        return client;
    }

    /**
     * Asks the registry whether it answers, for a check.
     *
     * @throws IOException if it does not answer, or refuses the question
     */
    public void requireAnswer() throws IOException {
        client().requireAnswer();
    }

    /** Adds the metrics of the registry to those of a process. */
    public void bindTo(MeterRegistry registry) {
        counter(registry, "found", foundCount);
        counter(registry, "unknown", unknownCount);
        counter(registry, "failed", failedCount);
        Gauge.builder("freshet.schema.registry.answers", this, schemas -> schemas.outage == null ? 1 : 0)
                .description("0 if the schema registry did not answer the last question, otherwise 1")
                .register(registry);
    }

    private static void counter(MeterRegistry registry, String outcome, AtomicLong count) {
        FunctionCounter.builder("freshet.schema.lookups", count, AtomicLong::doubleValue)
                .tag("outcome", outcome)
                .description("Questions to the schema registry about an id, by outcome: `found`, `unknown`, or `failed`"
                        + " if it did not answer")
                .register(registry);
    }
}
