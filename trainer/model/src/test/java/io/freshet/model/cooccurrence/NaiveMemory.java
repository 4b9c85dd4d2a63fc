package io.freshet.model.cooccurrence;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A straightforward implementation of the memory with maps, with which {@link CooccurrenceModel} must agree. */
final class NaiveMemory {
    private final CooccurrenceConfig config;
    private final Map<Integer, Map<Integer, int[]>> neighbours = new HashMap<>(); // row → row → {after, before}
    private final NaiveSessions sessions;
    private final List<Integer> newestItems = new ArrayList<>(); // of all clicks after another, newest first
    private boolean empty = true;

    NaiveMemory(CooccurrenceConfig config) {
        this.config = config;
        this.sessions = new NaiveSessions(config.window());
    }

    void observe(List<Integer> history, int item) {
        for (int gap = 1; gap <= Math.min(config.window(), history.size()); gap++) {
            int earlier = history.get(history.size() - gap);
            add(earlier, item, NeighbourList.NEAREST / gap, 0);
            if (earlier != item) {
                add(item, earlier, NeighbourList.NEAREST / gap, 1);
            }
            empty = false;
        }
        sessions.add(history, item);
        newestItems.addFirst(item);
    }

    void erase(List<Integer> own) {
        sessions.erase(own);
    }

    private void add(int of, int neighbour, int weight, int direction) {
        Map<Integer, int[]> list = neighbours.computeIfAbsent(of, _ -> new LinkedHashMap<>());
        if (!list.containsKey(neighbour) && list.size() == config.neighbours()) {
            replaceWeakest(list, neighbour);
        }
        list.computeIfAbsent(neighbour, _ -> new int[2])[direction] += weight;
        if (total(list) > config.halvingWeight()) {
            list.values().forEach(weights -> {
                weights[0] /= 2;
                weights[1] /= 2;
            });
            list.values().removeIf(weights -> weights[0] + weights[1] == 0);
        }
    }

    /** Replaces the weakest neighbour. The new one takes its position, so all are inserted again in order. */
    private static void replaceWeakest(Map<Integer, int[]> list, int neighbour) {
        int weakest = -1;
        int least = Integer.MAX_VALUE;
        for (var entry : list.entrySet()) {
            int weight = entry.getValue()[0] + entry.getValue()[1];
            if (weight < least) {
                least = weight;
                weakest = entry.getKey();
            }
        }
        Map<Integer, int[]> copy = new LinkedHashMap<>(list);
        list.clear();
        for (var entry : copy.entrySet()) {
            boolean goes = entry.getKey() == weakest;
            list.put(goes ? neighbour : entry.getKey(), goes ? new int[2] : entry.getValue());
        }
    }

    private static int total(Map<Integer, int[]> list) {
        return list.values().stream()
                .mapToInt(weights -> weights[0] + weights[1])
                .sum();
    }

    private Map<Integer, int[]> listOf(int row) {
        return neighbours.getOrDefault(row, Map.of());
    }

    /** Returns the distributions of all components except the network. Components without one are absent. */
    Map<Component, Map<Integer, Double>> distributions(List<Integer> history) {
        Map<Component, Map<Integer, Double>> all = new HashMap<>();
        if (empty) {
            return all;
        }
        int last = history.getLast();
        Map<Integer, Double> followers = new HashMap<>();
        listOf(last).forEach((row, weights) -> followers.merge(row, (double) weights[0], Double::sum));
        all.put(Component.FOLLOWERS, followers);
        Map<Integer, Double> companions = new HashMap<>();
        Map<Integer, Double> returns = new HashMap<>();
        for (int gap = 1; gap <= history.size(); gap++) {
            int item = history.get(history.size() - gap);
            double near = 1.0 / gap;
            if (gap <= config.window()) {
                int total = total(listOf(item));
                listOf(item)
                        .forEach((row, weights) ->
                                companions.merge(row, near * (weights[0] + weights[1]) / total, Double::sum));
            }
            if (item != last) {
                returns.merge(item, near, Double::sum);
            }
        }
        all.put(Component.COMPANIONS, companions);
        all.put(Component.RETURN, returns);
        all.put(Component.REPEAT, new HashMap<>(Map.of(last, 1.0)));
        Map<Integer, Double> recent = new HashMap<>();
        for (int newer = 0; newer < Math.min(100, newestItems.size()); newer++) {
            recent.merge(newestItems.get(newer), 1 / (1 + newer / 30.0), Double::sum);
        }
        all.put(Component.RECENT, recent);
        all.put(Component.SIMILAR, sessions.similar(history));
        all.values().forEach(NaiveMemory::normalize);
        all.values().removeIf(Map::isEmpty);
        return all;
    }

    private static void normalize(Map<Integer, Double> distribution) {
        distribution.values().removeIf(value -> value == 0);
        double sum = distribution.values().stream().mapToDouble(value -> value).sum();
        distribution.replaceAll((row, value) -> value / sum);
    }
}
