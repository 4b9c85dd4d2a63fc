package io.freshet.training.publish;

import io.freshet.store.snapshot.Manifest;
import io.freshet.training.metrics.PrequentialMetrics;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

/**
 * Decides whether learned weights are published. The gate is shut while the NDCG of the newest window of prequential
 * events is below a given share of the best NDCG among the last {@value #WINDOWS} published windows.
 *
 * <p>Windows observed while the gate is shut are not remembered, so that a broken model cannot become its own standard.
 * Instead, the remembered values halve every {@value #WINDOWS} windows for which the gate stays shut, so that a lasting
 * change in the data does not keep it shut for ever. A window whose NDCG is 0 or NaN never opens the gate.
 *
 * <p>Events are ranked clicks. If only a share of the clicks is ranked, a window spans more clicks, so that its NDCG is
 * as exact as before, and the gate reacts later.
 *
 * <p>The gate affects only what is served, never what is learned. Not thread-safe.
 */
public final class PublishingGate {
    private static final int WINDOWS = 20;
    private static final double SINKING = Math.pow(0.5, 1.0 / WINDOWS);

    private final double share;
    private final Deque<Double> windows = new ArrayDeque<>(); // NDCG of each published window, oldest first
    private boolean open = true;
    private double newest;
    private long nextWindowAt; // in ranked events

    /**
     * Creates a gate from the metrics of the snapshots up to the one that the trainer starts from. The caller then
     * passes the metrics of every rerun step to {@link #observe(PrequentialMetrics)}. Windows may then begin at other
     * events than they did before, so the remembered values can differ a little.
     *
     * @param share share of the best window's NDCG; 0 for a gate that never shuts
     * @param snapshots manifests in ascending order of step
     * @param k cut-off of the NDCG in the snapshots' metrics
     */
    public PublishingGate(double share, Collection<Manifest> snapshots, int k) {
        this.share = share;
        for (Manifest snapshot : snapshots) {
            if (!snapshot.held()) {
                remember(snapshot.metrics().getOrDefault(LearnerDescription.windowedNdcg(k), 0.0));
            }
            open = !snapshot.held();
        }
    }

    /** Takes the metrics after a step and returns whether they opened or shut the gate. */
    public boolean observe(PrequentialMetrics metrics) {
        return metrics.windowed().events() >= metrics.window()
                && observe(metrics.windowed().ndcg(), metrics.running().events(), metrics.window());
    }

    /**
     * Takes the metrics after a step.
     *
     * @param ndcg NDCG of the newest window
     * @param events number of events ranked so far
     * @param window number of events in a window
     * @return whether the metrics opened or shut the gate
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

    /** Returns whether learned weights are published. */
    public boolean isOpen() {
        return open;
    }

    /** Returns the NDCG of the newest window. */
    public double newest() {
        return newest;
    }

    /** Returns the best NDCG of the remembered windows; 0 if there are none. */
    public double best() {
        return windows.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }
}
