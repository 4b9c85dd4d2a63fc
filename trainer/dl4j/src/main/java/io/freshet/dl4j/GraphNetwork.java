package io.freshet.dl4j;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A {@link ComputationGraph} with one output, and one input besides those for dropout. */
final class GraphNetwork implements Network {
    /** Name of an input that receives padded items without a mask. */
    static final String UNMASKED = "unmasked";

    private final Graph graph;
    private final List<String> inputs;
    private final String items;
    private final String output;
    private Map<String, INDArray> activations = new HashMap<>();

    /**
     * @param items the input that receives the items
     * @param parameters (1, n), which the network reads and never writes
     */
    GraphNetwork(ComputationGraphConfiguration configuration, String items, INDArray parameters) {
        this.inputs = configuration.getNetworkInputs();
        this.items = items;
        this.output = configuration.getNetworkOutputs().getFirst();
        graph = new Graph(configuration);
        graph.init(parameters, false);
    }

    /**
     * A graph that also returns the gradient of its input, which DL4J's own {@code backpropGradient} discards (its
     * issue 8173).
     */
    @SuppressWarnings("serial") // never serialised
    private static final class Graph extends ComputationGraph {
        Graph(ComputationGraphConfiguration configuration) {
            super(configuration);
        }

        INDArray backward(String input, INDArray epsilon) {
            calcBackpropGradients(false, false, epsilon);
            return getVertex(input).getEpsilon();
        }
    }

    @Override
    public INDArray forward(INDArray input, INDArray mask, List<INDArray> dropout, boolean training) {
        clear();
        INDArray[] arrays = new INDArray[inputs.size()];
        INDArray[] masks = new INDArray[inputs.size()];
        int next = 0;
        for (int i = 0; i < arrays.length; i++) {
            boolean isItems = inputs.get(i).equals(items);
            arrays[i] = isItems ? input : dropout.get(next++);
            masks[i] = isItems ? mask : null;
        }
        if (!items.equals(UNMASKED)) {
            graph.setLayerMaskArrays(masks, null);
        }
        activations = graph.feedForward(arrays, training, false);
        INDArray state = activations.get(output);
        if (state == null) {
            throw new IllegalStateException("the network must have an output: output=" + output);
        }
        return state;
    }

    @Override
    public INDArray backward(INDArray epsilon) {
        return graph.backward(items, epsilon);
    }

    @Override
    public INDArray gradients() {
        return graph.getGradientsViewArray();
    }

    @Override
    public List<LayerSummary> layers() {
        List<LayerSummary> layers = new ArrayList<>();
        for (int index : graph.topologicalSortOrder()) {
            GraphVertex vertex = graph.getVertices()[index];
            if (!vertex.isInputVertex()) {
                String name = vertex.getVertexName();
                INDArray activation = activations.get(name);
                layers.add(LayerSummary.of(
                        name,
                        vertex.hasLayer()
                                ? vertex.getLayer().conf().getLayer().getClass().getSimpleName()
                                : vertex.getClass().getSimpleName(),
                        vertex.numParams(),
                        activation == null ? new long[0] : activation.shape()));
            }
        }
        return layers;
    }

    @Override
    public void clear() {
        for (GraphVertex vertex : graph.getVertices()) {
            vertex.clear();
        }
        graph.clearLayerMaskArrays();
        inputs.forEach(activations::remove);
        activations.values().forEach(NativeMemory::free);
        activations = new HashMap<>();
    }
}
