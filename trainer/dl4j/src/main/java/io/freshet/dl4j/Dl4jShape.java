package io.freshet.dl4j;

import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.EncoderTypes;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Products;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The shape of an encoder whose network is computed by DL4J. Sequences are padded on the left to {@link #maxLength}
 * places, and each has one state. The parameters are one flat row, "network" (1, n), in DL4J's order.
 */
final class Dl4jShape implements EncoderShape {
    /** Name of the manifest setting with the SHA-256 of the network's canonical text. */
    static final String NETWORK_SHA256 = "network_sha256";

    private final String type;
    private final int dim;
    private final int maxLength;
    private final String network;
    private final String networkDigest;
    private final boolean describesNetwork;
    private final NetworkDefinition definition;
    private final double flopsOfSequence;

    /**
     * @param network canonical text of the network
     * @param describesNetwork whether {@link #describe} includes the network's text, because the type's name does not
     *     determine it
     * @throws IllegalArgumentException if the network does not fit the width and the length
     */
    Dl4jShape(String type, int dim, int maxLength, String network, boolean describesNetwork) {
        if (dim <= 0 || dim % Lanes.WIDTH != 0) {
            throw new IllegalArgumentException("dim must be a multiple of " + Lanes.WIDTH + ": dim=" + dim);
        }
        if (maxLength < 1) {
            throw new IllegalArgumentException("maxLength must be positive: maxLength=" + maxLength);
        }
        this.type = type;
        this.dim = dim;
        this.maxLength = maxLength;
        this.network = network;
        this.networkDigest = NetworkFile.digest(network);
        this.describesNetwork = describesNetwork;
        this.definition = new NetworkDefinition(network);
        this.flopsOfSequence = flops(definition.require(dim, maxLength), maxLength);
    }

    /** Returns two operations for each parameter of a layer and each place that the layer is applied to. */
    private static double flops(List<LayerSummary> layers, int maxLength) {
        return layers.stream()
                .mapToDouble(layer -> 2.0 * layer.parameters() * layer.places(maxLength))
                .sum();
    }

    /**
     * Rejects settings with the digest of another network.
     *
     * @param settings settings as {@link #describe} returns them; settings without a digest fit any network
     * @throws IllegalArgumentException if the digests differ; the message names both
     */
    void requireDigest(Map<String, Object> settings) {
        Object digest = settings.getOrDefault(NETWORK_SHA256, networkDigest);
        if (!digest.equals(networkDigest)) {
            throw new IllegalArgumentException("the encoder " + type + " must have the network that its "
                    + NETWORK_SHA256 + " names: named=" + digest + ", found=" + networkDigest);
        }
    }

    NetworkDefinition definition() {
        return definition;
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public int dim() {
        return dim;
    }

    @Override
    public int maxLength() {
        return maxLength;
    }

    @Override
    public Map<String, Object> describe() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put(EncoderTypes.DIM, dim);
        settings.put(EncoderTypes.MAX_LENGTH, maxLength);
        if (describesNetwork) {
            settings.put(Dl4jType.NETWORK, network);
        }
        settings.put(NETWORK_SHA256, networkDigest);
        return settings;
    }

    @Override
    public boolean predictsEveryPosition() {
        return false;
    }

    /** Returns false, because OpenBLAS sums in an order that depends on the CPU and on the size of the batch. */
    @Override
    public boolean reproducible() {
        return false;
    }

    @Override
    public int places(int length) {
        return maxLength;
    }

    @Override
    public ParameterLayout layout() {
        ParameterLayout layout = new ParameterLayout();
        layout.add("network", 1, (int) definition.parameters());
        return layout;
    }

    /** Writes parameters drawn by DL4J's own initialisers, as configured in the network. */
    @Override
    public void initialize(long seed, MemorySegment weights) {
        int count = (int) definition.parameters();
        INDArray drawn = definition.draw(seed);
        try (FloatBlock copy = FloatBlock.zeros(count)) {
            copy.array().assign(drawn.reshape(count));
            MemorySegment.copy(copy.memory(), 0, weights, 0, (long) count * Float.BYTES);
        }
    }

    /** Does nothing, because DL4J transposes by itself. */
    @Override
    public void transposeWeights(MemorySegment weights, MemorySegment transposed) {}

    @Override
    public Encoder training(Products products, int capacity) {
        return new Dl4jEncoder(this, capacity, true);
    }

    @Override
    public HistoryEncoder serving(Products products, int capacity) {
        return new Dl4jHistoryEncoder(new Dl4jEncoder(this, capacity, false));
    }

    /**
     * Returns an estimate: {@code 2 n} for each sequence, layer and place that the layer's n parameters are applied
     * to.
     */
    @Override
    public double flops(SequenceBatch batch) {
        return batch.sequences() * flopsOfSequence;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Dl4jShape shape
                && type.equals(shape.type)
                && dim == shape.dim
                && maxLength == shape.maxLength
                && network.equals(shape.network);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * network.hashCode() + maxLength) + dim;
    }

    @Override
    public String toString() {
        return type + " (dim=" + dim + ", maxLength=" + maxLength + ", parameters=" + definition.parameters() + ")";
    }
}
