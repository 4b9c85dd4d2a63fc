package io.freshet.training.ranking;

/** Results of a {@link MixtureRanker} for each query of a batch. Reused from batch to batch. */
public final class MixtureRanks {
    private int[] served = new int[0]; // (queries)
    private int[] network = new int[0]; // (queries)
    private int[] memory = new int[0]; // (queries)
    private int[] servedAmongAll = new int[0]; // (queries)
    private int[] networkAmongAll = new int[0]; // (queries)
    private int[] memoryAmongAll = new int[0]; // (queries)
    private int[] servedWeighed = new int[0]; // (queries)
    private double[] expected = new double[0]; // (places of the expectations)
    private double[] networkProbabilities = new double[0]; // (queries)
    private double[] scoreGaps = new double[0]; // (queries)

    void reserve(int queries, int places) {
        if (expected.length < places) {
            expected = new double[Math.max(places, 2 * expected.length)];
        }
        if (served.length < queries) {
            int capacity = Math.max(queries, 2 * served.length);
            served = new int[capacity];
            network = new int[capacity];
            memory = new int[capacity];
            servedAmongAll = new int[capacity];
            networkAmongAll = new int[capacity];
            memoryAmongAll = new int[capacity];
            servedWeighed = new int[capacity];
            networkProbabilities = new double[capacity];
            scoreGaps = new double[capacity];
        }
    }

    /** Returns the targets' ranks by the mixture, from 1. */
    public int[] served() {
        return served;
    }

    /** Returns the targets' ranks by the network alone, from 1. */
    public int[] network() {
        return network;
    }

    /** Returns the targets' ranks by the memory alone, from 1. */
    public int[] memory() {
        return memory;
    }

    /** Returns the targets' ranks by the mixture, from 1, among the masked rows too. */
    public int[] servedAmongAll() {
        return servedAmongAll;
    }

    /** Returns the targets' ranks by the network alone, from 1, among the masked rows too. */
    public int[] networkAmongAll() {
        return networkAmongAll;
    }

    /** Returns the targets' ranks by the memory alone, from 1, among the masked rows too. */
    public int[] memoryAmongAll() {
        return memoryAmongAll;
    }

    /** Returns the targets' ranks by the mixture with weighed repeats, from 1, among the masked rows too. */
    public int[] servedWeighed() {
        return servedWeighed;
    }

    /** Returns the probability that the mixture gives each row that the memory expects, at the places of the expectations. */
    public double[] expected() {
        return expected;
    }

    /** Returns the targets' probabilities in the network's softmax, whose scores are multiplied by its scale. */
    public double[] networkProbabilities() {
        return networkProbabilities;
    }

    /** Returns the mean of the network's scaled scores over its distribution, minus the target's scaled score. */
    public double[] scoreGaps() {
        return scoreGaps;
    }
}
