package io.freshet.model;

/** What a {@link MixtureRanker} found for each query of a batch. Reused from batch to batch. */
public final class MixtureRanks {
    private int[] served = new int[0]; // (queries)
    private int[] network = new int[0]; // (queries)
    private int[] memory = new int[0]; // (queries)
    private double[] networkProbabilities = new double[0]; // (queries)
    private double[] scoreGaps = new double[0]; // (queries)

    void reserve(int queries) {
        if (served.length < queries) {
            int capacity = Math.max(queries, 2 * served.length);
            served = new int[capacity];
            network = new int[capacity];
            memory = new int[capacity];
            networkProbabilities = new double[capacity];
            scoreGaps = new double[capacity];
        }
    }

    /** The targets' ranks by the mixture, from 1. */
    public int[] served() {
        return served;
    }

    /** By the network alone. */
    public int[] network() {
        return network;
    }

    /** By the memory alone. */
    public int[] memory() {
        return memory;
    }

    /** The targets' probabilities in the network's distribution, its scale applied. */
    public double[] networkProbabilities() {
        return networkProbabilities;
    }

    /** The mean of the network's scaled scores over its distribution, less the target's. */
    public double[] scoreGaps() {
        return scoreGaps;
    }
}
