package io.freshet.dl4j;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A {@link MultiLayerNetwork}, which is a sequence of layers. */
final class LayerNetwork implements Network {
    private final MultiLayerNetwork network;
    private List<INDArray> activations = List.of(); // the input, then the output of each layer

    /**
     * @param parameters (1, n), which the network reads and never writes
     */
    LayerNetwork(MultiLayerConfiguration configuration, INDArray parameters) {
        network = new MultiLayerNetwork(configuration);
        network.init(parameters, false);
    }

    @Override
    public INDArray forward(INDArray input, INDArray mask, List<INDArray> dropout, boolean training) {
        clear();
        network.setLayerMaskArrays(mask, null);
        network.setInput(input);
        activations = network.feedForward(training, false);
        return activations.getLast();
    }

    @Override
    public INDArray backward(INDArray epsilon) {
        return network.backpropGradient(epsilon, LayerWorkspaceMgr.noWorkspaces())
                .getSecond();
    }

    @Override
    public INDArray gradients() {
        return network.getGradientsViewArray();
    }

    @Override
    public List<LayerSummary> layers() {
        List<LayerSummary> layers = new ArrayList<>();
        for (int i = 0; i < network.getnLayers(); i++) {
            Layer layer = network.getLayer(i);
            layers.add(LayerSummary.of(
                    layer.conf().getLayer().getLayerName(),
                    layer.conf().getLayer().getClass().getSimpleName(),
                    layer.numParams(),
                    activations.get(i + 1).shape()));
        }
        return layers;
    }

    @Override
    public void clear() {
        network.clear();
        network.clearLayerMaskArrays();
        activations.stream().skip(1).forEach(NativeMemory::free);
        activations = List.of();
    }
}
