package io.freshet.dl4j;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A DL4J network that learns from a gradient at its output ("external errors") instead of a loss of its own. Its parameters are the
 * array that it was opened with. Not thread-safe, as DL4J's networks are not.
 */
sealed interface Network permits LayerNetwork, GraphNetwork {
    /**
     * Runs the network.
     *
     * @param input (batch, d, L) in order c
     * @param mask (batch, L): 1 where there is an item, 0 where there is padding
     * @param dropout (batch, n) for each dropout input of the network
     * @param training whether {@link #backward} follows
     * @return the states (batch, d), or of whatever shape the network has; valid until the next call
     */
    INDArray forward(INDArray input, INDArray mask, List<INDArray> dropout, boolean training);

    /**
     * Goes back from the last {@link #forward}, which was for training.
     *
     * @param epsilon gradient of the states (batch, d)
     * @return gradient of the input (batch, d, L); valid until the next call
     */
    INDArray backward(INDArray epsilon);

    /** The gradients of the parameters (n) that the last {@link #backward} has written; overwritten by the next. */
    INDArray gradients();

    /** Its layers, as the last {@link #forward} has left them. */
    List<LayerSummary> layers();

    /** Forgets the activations of the last pass. */
    void clear();
}
