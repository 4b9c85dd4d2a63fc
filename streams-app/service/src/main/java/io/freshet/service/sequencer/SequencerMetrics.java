package io.freshet.service.sequencer;

import io.freshet.client.click.MalformedClickException;
import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.service.output.DeadLetterCounts;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.stream.Stream;

/**
 * Counters of the outcomes of clicks since this process started. After a failure some clicks are counted again; the exact
 * counts are in the {@link SequencerTopology#CLICK_OUTCOMES} store. Thread-safe.
 */
public final class SequencerMetrics {
    private static final List<String> REASONS = Stream.concat(
                    Stream.of(MalformedClickException.Reason.values()).map(MalformedClickException.Reason::code),
                    Stream.of(
                            DeadLetterHeaders.NO_VALUE,
                            DeadLetterHeaders.TIMESTAMP_IN_THE_FUTURE,
                            DeadLetterHeaders.TIMESTAMP_TOO_OLD,
                            DeadLetterHeaders.KEY_IS_NOT_THE_USER,
                            DeadLetterHeaders.KEY_TOO_LONG))
            .toList();

    private final DeadLetterCounts deadLetters;
    private final Counter accepted;
    private final Counter late;
    private final Counter imported;
    private final Counter duplicates;
    private final Counter tooLate;
    private final Counter rekeyed;
    private final Counter skipped;
    private final Counter forgotten;
    private final Counter erased;
    private final Counter damagedStores;
    private final Counter unreadable;

    public SequencerMetrics(MeterRegistry registry) {
        deadLetters = new DeadLetterCounts(
                registry,
                "freshet.clicks.dead.letters",
                "Click records that went to the dead letters, by reason",
                REASONS);
        accepted = counter(registry, "freshet.clicks.accepted", "Clicks added to their user's sequence");
        late = counter(
                registry, "freshet.clicks.late", "Accepted clicks that arrived after a newer click of their user");
        imported = counter(
                registry,
                "freshet.clicks.imported",
                "Accepted clicks that freshet import wrote: they are learned, and not answered");
        duplicates = counter(
                registry,
                "freshet.clicks.duplicates",
                "Clicks dropped because their event was already in the sequence");
        tooLate = counter(
                registry,
                "freshet.clicks.too.late",
                "Clicks dropped because they were older than every click of a full window");
        rekeyed = counter(registry, "freshet.clicks.rekeyed", "Clicks forwarded with their user as the key");
        skipped = counter(
                registry,
                "freshet.clicks.skipped",
                "Records that announce no click, such as the deletion of a row in the format `debezium`");
        forgotten = counter(registry, "freshet.users.forgotten", "Users forgotten because they were idle");
        erased = counter(registry, "freshet.users.erased", "Tombstones that requested the erasure of a user");
        damagedStores = counter(
                registry,
                "freshet.stores.damaged",
                "Damaged state stores that were moved aside and restored from their changelogs");
        unreadable = counter(
                registry,
                "freshet.stores.unreadable.values",
                "Reads of state store values that could not be decoded and count as absent");
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

    /** Counts an accepted click as imported, besides {@link #countOutcome}. */
    void countImported() {
        imported.increment();
    }

    void countRekeyed() {
        rekeyed.increment();
    }

    void countSkipped() {
        skipped.increment();
    }

    void countDeadLetter(String reason) {
        deadLetters.count(reason);
    }

    void countForgotten(int users) {
        forgotten.increment(users);
    }

    void countErased() {
        erased.increment();
    }

    void countDamagedStore() {
        damagedStores.increment();
    }

    void countUnreadableValue() {
        unreadable.increment();
    }

    private static Counter counter(MeterRegistry registry, String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }
}
