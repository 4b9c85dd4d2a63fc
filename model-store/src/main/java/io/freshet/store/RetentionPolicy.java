package io.freshet.store;

import io.freshet.store.format.FormatException;
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
 * A policy that decides which snapshots of a model to keep: the newest ones, the newest one of each of the most recent
 * days, and any that are explicitly wanted. Days are in UTC. Days without a snapshot do not count, so that a trainer that
 * was off for weeks does not lose all older snapshots when it writes its first new one.
 *
 * @param newest number of newest snapshots to keep, at least 1; newest means highest step
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
     * Returns the versions that need not be kept, lowest step first.
     *
     * @param createdAt creation time of every snapshot by its version
     * @param wanted versions to keep in any case
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
     * Returns the versions that a store need not keep, lowest step first. A snapshot whose manifest cannot be read does
     * not count towards the limits, and is surplus once all kept snapshots are newer.
     *
     * @param wanted versions to keep in any case
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
                // Another process has deleted it in the meantime.
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

    /** Returns the newest version of each day, newest day first. */
    private static NavigableMap<LocalDate, String> newestOfDays(NavigableMap<String, Instant> newestFirst) {
        NavigableMap<LocalDate, String> byDay = new TreeMap<>();
        newestFirst.forEach(
                (version, instant) -> byDay.putIfAbsent(LocalDate.ofInstant(instant, ZoneOffset.UTC), version));
        return byDay.descendingMap();
    }
}
