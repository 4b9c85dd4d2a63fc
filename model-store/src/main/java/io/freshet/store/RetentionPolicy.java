package io.freshet.store;

import io.freshet.store.format.FormatException;
import io.freshet.store.snapshot.Manifest;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A policy that decides which snapshots of a model to keep: the newest ones, the newest one of each of the most recent
 * days, and any that are explicitly wanted. Days are in UTC. Days without a snapshot do not count, so that a trainer that
 * was off for weeks does not lose all older snapshots when it writes its first new one.
 *
 * @param newest number of newest snapshots to keep, at least 1; newest means latest lineage, then highest step
 * @param days number of days to keep a snapshot of; 0 for none
 */
public record RetentionPolicy(int newest, int days) {
    public RetentionPolicy {
        if (newest < 1 || days < 0) {
            throw new IllegalArgumentException(
                    "retention must keep newest >= 1 and days >= 0: newest=" + newest + ", days=" + days);
        }
    }

    /**
     * What the policy needs to know of a snapshot. Ordered by age, oldest first: a later lineage replaces all weights of an
     * earlier one, even if it has fewer steps.
     */
    public record Candidate(String version, long lineage, Instant createdAt) implements Comparable<Candidate> {
        private static final Comparator<Candidate> OLDEST_FIRST =
                Comparator.comparingLong(Candidate::lineage).thenComparing(Candidate::version);

        @Override
        public int compareTo(Candidate other) {
            return OLDEST_FIRST.compare(this, other);
        }

        private LocalDate day() {
            return LocalDate.ofInstant(createdAt, ZoneOffset.UTC);
        }
    }

    /** Decision about one snapshot. */
    public enum Decision {
        /** Kept because it is explicitly wanted. */
        WANTED,
        /** Kept as one of the newest. */
        AMONG_THE_NEWEST,
        /** Kept as the last of its day. */
        LAST_OF_ITS_DAY,
        /** Kept although its manifest cannot be read, because older snapshots are kept. */
        UNREADABLE,
        /** Not kept. */
        SURPLUS
    }

    /**
     * Decides about each version.
     *
     * @param snapshots every snapshot
     * @param wanted versions to keep in any case
     * @return the decisions by version, oldest first
     */
    public SequencedMap<String, Decision> decide(Collection<Candidate> snapshots, Set<String> wanted) {
        NavigableSet<Candidate> oldestFirst = new TreeSet<>(snapshots);
        SequencedMap<String, Decision> decisions = new LinkedHashMap<>();
        NavigableMap<LocalDate, String> newestOfDays = new TreeMap<>();
        for (Candidate snapshot : oldestFirst) {
            decisions.put(snapshot.version(), Decision.SURPLUS);
            newestOfDays.put(snapshot.day(), snapshot.version());
        }
        newestOfDays.descendingMap().values().stream()
                .limit(days)
                .forEach(version -> decisions.put(version, Decision.LAST_OF_ITS_DAY));
        oldestFirst.descendingSet().stream()
                .limit(newest)
                .forEach(snapshot -> decisions.put(snapshot.version(), Decision.AMONG_THE_NEWEST));
        wanted.forEach(version -> decisions.replace(version, Decision.WANTED));
        return decisions;
    }

    /**
     * The snapshots of a model in a store.
     *
     * @param readable manifests that can be read
     * @param unreadable versions whose manifest cannot be read, lowest step first
     */
    public record Stored(List<Manifest> readable, List<String> unreadable) {
        public Stored {
            readable = List.copyOf(readable);
            unreadable = List.copyOf(unreadable);
        }

        /** Reads the manifests of a model's snapshots. */
        public static Stored of(SnapshotStore store, String model) throws IOException {
            List<Manifest> readable = new ArrayList<>();
            List<String> unreadable = new ArrayList<>();
            for (String version : store.versions(model)) {
                try {
                    readable.add(store.manifest(model, version));
                } catch (SnapshotCorruptException | FormatException e) {
                    unreadable.add(version);
                } catch (NoSuchFileException e) {
                    // Another process has deleted it in the meantime.
                }
            }
            return new Stored(readable, unreadable);
        }
    }

    /**
     * Decides about each version in a store. A snapshot whose manifest cannot be read does not count towards the limits,
     * and is surplus once all kept snapshots have more steps.
     *
     * @param wanted versions to keep in any case
     * @return the decisions by version: first those whose manifest cannot be read, then the others, oldest first
     */
    public SequencedMap<String, Decision> decide(SnapshotStore store, String model, Set<String> wanted)
            throws IOException {
        return decide(Stored.of(store, model), wanted);
    }

    private SequencedMap<String, Decision> decide(Stored stored, Set<String> wanted) {
        List<Candidate> readable = stored.readable().stream()
                .map(manifest -> new Candidate(manifest.version(), manifest.lineage(), manifest.createdAt()))
                .toList();
        SequencedMap<String, Decision> decisions = decide(readable, wanted);
        String leastKept = decisions.entrySet().stream()
                .filter(entry -> entry.getValue() != Decision.SURPLUS)
                .map(Map.Entry::getKey)
                .min(Comparator.naturalOrder())
                .orElse("");
        for (String version : stored.unreadable().reversed()) {
            Decision unread = version.compareTo(leastKept) < 0 ? Decision.SURPLUS : Decision.UNREADABLE;
            decisions.putFirst(version, wanted.contains(version) ? Decision.WANTED : unread);
        }
        return decisions;
    }

    /** Returns the versions that need not be kept, in the order of {@link #decide(SnapshotStore, String, Set)}. */
    public List<String> surplus(Stored stored, Set<String> wanted) {
        return decide(stored, wanted).entrySet().stream()
                .filter(decision -> decision.getValue() == Decision.SURPLUS)
                .map(Map.Entry::getKey)
                .toList();
    }
}
