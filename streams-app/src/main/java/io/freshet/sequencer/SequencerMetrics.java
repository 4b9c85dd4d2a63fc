package io.freshet.sequencer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counters of what became of clicks since this process started. After a failure some clicks are counted again; what
 * must be exact is in the {@link SequencerTopology#CLICK_OUTCOMES} store. Thread-safe.
 */
public final class SequencerMetrics {
    private static final String DEAD_LETTERS = "freshet.clicks.dead.letters";

    private final MeterRegistry registry;
    private final Counter accepted;
    private final Counter late;
    private final Counter duplicates;
    private final Counter tooLate;
    private final Counter rekeyed;
    private final Counter forgotten;
    private final Counter erased;

    public SequencerMetrics(MeterRegistry registry) {
        this.registry = registry;
        accepted = counter("freshet.clicks.accepted", "Clicks that are in their user's sequence");
        late = counter("freshet.clicks.late", "Accepted clicks that came after a newer one of their user");
        duplicates = counter("freshet.clicks.duplicates", "Clicks dropped because their event was known");
        tooLate = counter("freshet.clicks.too.late", "Clicks dropped because they were older than a full window");
        rekeyed = counter("freshet.clicks.rekeyed", "Clicks passed on under their user's key");
        forgotten = counter("freshet.users.forgotten", "Users forgotten because they were idle");
        erased = counter("freshet.users.erased", "Tombstones that asked for a user to be erased");
    }

    void countOutcome(ClickOutcome outcome) {
        switch (outcome) {
            case APPENDED -> accepted.increment();
            case LATE -> {
                accepted.increment();
                late.increment();
            }
            case DUPLICATE -> duplicates.increment();
            case TOO_LATE -> tooLate.increment();
        }
    }

    void countRekeyed() {
        rekeyed.increment();
    }

    void countDeadLetter(String reason) {
        registry.counter(DEAD_LETTERS, "reason", reason).increment();
    }

    void countForgotten(int users) {
        forgotten.increment(users);
    }

    void countErased() {
        erased.increment();
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }
}
