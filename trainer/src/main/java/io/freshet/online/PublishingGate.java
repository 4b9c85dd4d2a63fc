package io.freshet.online;

import io.freshet.evaluation.PrequentialMetrics;
import io.freshet.snapshot.Manifest;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

/**
 * Whether what is learned is published: not while the NDCG of the newest window of prequential events is below a share of
 * the best of the newest {@value #WINDOWS} windows that were published.
 *
 * <p>Windows that are seen while the gate is shut are not remembered, so that a broken model cannot become its own standard.
 * Instead the remembered windows lose half of their value every {@value #WINDOWS} windows that the gate is shut, so that a
 * world that has changed for good does not keep it shut. A window with an NDCG of 0, or one that is not a number, never opens
 * the gate.
 *
 * <p>The gate decides only what is served, never what is learned. Not thread-safe.
 */
final class PublishingGate {
    private static final int WINDOWS = 20;
    private static final double SINKING = Math.pow(0.5, 1.0 / WINDOWS);

    private final double share;
    private final Deque<Double> windows = new ArrayDeque<>(); // NDCG of each published one, the oldest first
    private boolean open = true;
    private double newest;
    private long nextWindowAt; // events

    /**
     * A gate that knows the figures of the snapshots up to the one that a trainer starts from. It is then to see the figures of
     * each step that is rerun, and is as it was when they were learned.
     *
     * @param share of the best window's NDCG; 0 for a gate that never shuts
     * @param snapshots the one of the lowest step first
     * @param k length of the list that counts as a hit
     */
    PublishingGate(double share, Collection<Manifest> snapshots, int k) {
        this.share = share;
        for (Manifest snapshot : snapshots) {
            if (!snapshot.held()) {
                remember(snapshot.metrics().getOrDefault(LearnerDescription.windowedNdcg(k), 0.0));
            }
            open = !snapshot.held();
        }
    }

    /** Takes the figures of after a step; returns whether they opened or shut the gate. */
    boolean observe(PrequentialMetrics metrics) {
        return metrics.windowed().events() >= metrics.window()
                && observe(metrics.windowed().ndcg(), metrics.running().events(), metrics.window());
    }

    /**
     * Takes the figures of after a step.
     *
     * @param ndcg of the newest window
     * @param events ranked so far
     * @param window events of a window
     * @return whether they opened or shut the gate
     */
    boolean observe(double ndcg, long events, long window) {
        newest = ndcg;
        boolean before = open;
        boolean isGoodEnough = newest >= share * best(); // false for NaN
        open = share == 0 || (isGoodEnough && (before || newest > 0));
        if (events >= nextWindowAt) {
            nextWindowAt = events + window;
            if (open) {
                remember(newest);
            } else {
                sink();
            }
        }
        return open != before;
    }

    private void remember(double ndcg) {
        if (windows.size() == WINDOWS) {
            windows.removeFirst();
        }
        windows.addLast(ndcg);
    }

    private void sink() {
        int count = windows.size();
        for (int i = 0; i < count; i++) {
            windows.addLast(SINKING * windows.removeFirst());
        }
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
