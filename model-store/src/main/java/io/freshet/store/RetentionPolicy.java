package io.freshet.store;

import io.freshet.format.FormatException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which snapshots of a model are kept: the newest ones, beside them the newest one of each day for the newest days that have
 * any, and what somebody wants. Days are those of UTC. Days without a snapshot do not count, so that a trainer that was
 * off for weeks does not lose all its past at its first snapshot.
 *
 * @param newest how many, at least 1; the one of the highest step is the newest
 * @param days for how many days; 0 for none
 */
public record RetentionPolicy(int newest, int days) {
    public RetentionPolicy {
        if (newest < 1 || days < 0) {
            throw new IllegalArgumentException(
                    "retention must keep newest >= 1 and days >= 0: newest=" + newest + ", days=" + days);
        }
    }

    /**
     * What is kept no longer, lowest step first.
     *
     * @param createdAt of every snapshot by its version
     * @param wanted versions that stay in any case
     */
    public List<String> surplus(Map<String, Instant> createdAt, Set<String> wanted) {
        NavigableMap<String, Instant> newestFirst = new TreeMap<>(createdAt).descendingMap();
        Set<String> kept = new HashSet<>(wanted);
        newestFirst.keySet().stream().limit(newest).forEach(kept::add);
        kept.addAll(newestOfDays(newestFirst).values().stream().limit(days).toList());
        return newestFirst.descendingKeySet().stream()
                .filter(version -> !kept.contains(version))
                .toList();
    }

    /**
     * What a store need keep no longer, lowest step first. A snapshot whose manifest cannot be read counts for nothing, and
     * goes once all that is kept is newer.
     *
     * @param wanted versions that stay in any case
     */
    public List<String> surplus(SnapshotStore store, String model, Set<String> wanted) throws IOException {
        Map<String, Instant> createdAt = new TreeMap<>();
        List<String> unreadable = new ArrayList<>();
        for (String version : store.versions(model)) {
            try {
                createdAt.put(version, store.manifest(model, version).createdAt());
            } catch (SnapshotCorruptException | FormatException e) {
                unreadable.add(version);
            } catch (NoSuchFileException e) {
                // Somebody else has deleted it meanwhile.
            }
        }
        Set<String> surplus = new TreeSet<>(surplus(createdAt, wanted));
        String oldestKept = createdAt.keySet().stream()
                .filter(version -> !surplus.contains(version))
                .findFirst()
                .orElse("");
        unreadable.stream()
                .filter(version -> version.compareTo(oldestKept) < 0 && !wanted.contains(version))
                .forEach(surplus::add);
        return List.copyOf(surplus);
    }

    /** By day, the newest day first. */
    private static NavigableMap<LocalDate, String> newestOfDays(NavigableMap<String, Instant> newestFirst) {
        NavigableMap<LocalDate, String> byDay = new TreeMap<>();
        newestFirst.forEach(
                (version, instant) -> byDay.putIfAbsent(LocalDate.ofInstant(instant, ZoneOffset.UTC), version));
        return byDay.descendingMap();
    }
}
