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
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

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

    /**
     * Returns the versions that need not be kept, oldest first.
     *
     * @param snapshots every snapshot
     * @param wanted versions to keep in any case
     */
    public List<String> surplus(Collection<Candidate> snapshots, Set<String> wanted) {
        NavigableSet<Candidate> oldestFirst = new TreeSet<>(snapshots);
        Set<String> kept = new HashSet<>(wanted);
        oldestFirst.descendingSet().stream()
                .limit(newest)
                .map(Candidate::version)
                .forEach(kept::add);
        NavigableMap<LocalDate, String> newestOfDays = new TreeMap<>();
        oldestFirst.forEach(snapshot -> newestOfDays.put(snapshot.day(), snapshot.version()));
        newestOfDays.descendingMap().values().stream().limit(days).forEach(kept::add);
        return oldestFirst.stream()
                .map(Candidate::version)
                .filter(version -> !kept.contains(version))
                .toList();
    }

    /**
     * Returns the versions that a store need not keep: first those whose manifest cannot be read, then the others, oldest
     * first. A snapshot whose manifest cannot be read does not count towards the limits, and is surplus once all kept
     * snapshots have more steps.
     *
     * @param wanted versions to keep in any case
     */
    public List<String> surplus(SnapshotStore store, String model, Set<String> wanted) throws IOException {
        List<Candidate> readable = new ArrayList<>();
        List<String> unreadable = new ArrayList<>();
        for (String version : store.versions(model)) {
            try {
                Manifest manifest = store.manifest(model, version);
                readable.add(new Candidate(version, manifest.lineage(), manifest.createdAt()));
            } catch (SnapshotCorruptException | FormatException e) {
                unreadable.add(version);
            } catch (NoSuchFileException e) {
                // Another process has deleted it in the meantime.
            }
        }
        List<String> surplus = surplus(readable, wanted);
        String leastKept = readable.stream()
                .map(Candidate::version)
                .filter(version -> !surplus.contains(version))
                .min(Comparator.naturalOrder())
                .orElse("");
        return Stream.concat(
                        unreadable.stream()
                                .filter(version -> version.compareTo(leastKept) < 0 && !wanted.contains(version)),
                        surplus.stream())
                .toList();
    }
}
