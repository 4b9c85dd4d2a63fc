package io.freshet.dl4j;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A DL4J network that is trained with a gradient at its output ("external errors") instead of a loss of its own. Its
 * parameters are the array that it was opened with. Not thread-safe, because DL4J's networks are not.
 */
sealed interface Network permits LayerNetwork, GraphNetwork {
    /**
     * Runs the network.
     *
     * @param input (batch, d, L) in order c
     * @param mask (batch, L): 1 for an item, 0 for padding
     * @param dropout (batch, n) for each dropout input of the network
     * @param training whether {@link #backward} follows
     * @return the states (batch, d), or another shape if the network's output has one; valid until the next call
     */
    INDArray forward(INDArray input, INDArray mask, List<INDArray> dropout, boolean training);

    /**
     * Runs the backward pass of the last {@link #forward}, which must have been for training.
     *
     * @param epsilon gradient of the states (batch, d)
     * @return gradient of the input (batch, d, L); valid until the next call
     */
    INDArray backward(INDArray epsilon);

    /** Returns the gradients of the parameters (n) from the last {@link #backward}. The next one overwrites them. */
    INDArray gradients();

    /** Returns the network's layers, with the shapes of their outputs in the last {@link #forward}. */
    List<LayerSummary> layers();

    /** Releases the activations of the last pass. */
    void clear();
}
