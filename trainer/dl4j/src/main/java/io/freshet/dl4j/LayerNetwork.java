package io.freshet.dl4j;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.layers.util.MaskLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
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
        mask(mask);
        network.setInput(input);
        activations = network.feedForward(training, false);
        return activations.getLast();
    }

    /**
     * Sets the masks of all layers. DL4J gives no mask to an LSTM without a wrapper, because it expects padding at the end.
     * Freshet pads at the start, so the LSTM would compute a state from padding. This method gives an LSTM the mask of its
     * input if a MaskLayer follows; without that MaskLayer, its gradients would be wrong.
     */
    private void mask(INDArray mask) {
        int batch = Math.toIntExact(mask.size(0));
        network.setLayerMaskArrays(mask, null);
        Pair<INDArray, MaskState> current = Pair.of(mask, MaskState.Active);
        for (int i = 0; i + 1 < network.getnLayers() && current != null; i++) {
            InputPreProcessor before = network.getLayerWiseConfigurations().getInputPreProcess(i);
            if (before != null) {
                current = before.feedForwardMaskArray(current.getFirst(), current.getSecond(), batch);
            }
            if (current != null) {
                Layer layer = network.getLayer(i);
                INDArray own = current.getFirst();
                current = layer.feedForwardMaskArray(own, current.getSecond(), batch);
                if (layer instanceof RecurrentLayer && network.getLayer(i + 1) instanceof MaskLayer) {
                    layer.setMaskArray(own);
                }
            }
        }
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
