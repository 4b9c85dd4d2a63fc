package io.freshet.online;

import io.freshet.evaluation.PrequentialMetrics;
import io.freshet.snapshot.Manifest;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

/**
 * Whether what is learned is published: not while the NDCG of the newest window of prequential events is below a share of
 * the best one of the newest {@value #WINDOWS} windows. What was good long ago does not count, so a world that has changed
 * for good does not keep it shut.
 *
 * <p>Only what is served depends on it, never what is learned. Not thread-safe.
 */
final class PublishingGate {
    private static final int WINDOWS = 20;

    private final double share;
    private final Deque<Double> windows = new ArrayDeque<>(); // NDCG of each, the oldest first
    private boolean open = true;
    private double newest;
    private long nextWindowAt; // events

    /**
     * A gate that knows what the snapshots that are there tell.
     *
     * @param share of the best window's NDCG; 0 for a gate that never shuts
     * @param snapshots the one of the lowest step first
     * @param k length of the list that counts as a hit
     */
    PublishingGate(double share, Collection<Manifest> snapshots, int k) {
        this.share = share;
        for (Manifest snapshot : snapshots) {
            remember(snapshot.metrics().getOrDefault(LearnerDescription.windowedNdcg(k), 0.0));
            open = !snapshot.held();
        }
    }

    /** Takes the figures as they are after a step; whether the gate is another one now. */
    boolean observe(PrequentialMetrics metrics) {
        if (metrics.windowed().events() < metrics.window()) {
            return false;
        }
        newest = metrics.windowed().ndcg();
        long events = metrics.running().events();
        if (events >= nextWindowAt) {
            remember(newest);
            nextWindowAt = events + metrics.window();
        }
        boolean before = open;
        open = newest >= share * best();
        return open != before;
    }

    private void remember(double ndcg) {
        if (windows.size() == WINDOWS) {
            windows.removeFirst();
        }
        windows.addLast(ndcg);
    }

    boolean isOpen() {
        return open;
    }

    /** NDCG of the newest window. */
    double newest() {
        return newest;
    }

    /** The best of the windows that count. */
    double best() {
        return windows.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }
}
