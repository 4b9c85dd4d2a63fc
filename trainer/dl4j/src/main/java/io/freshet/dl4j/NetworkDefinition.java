package io.freshet.dl4j;

import io.freshet.model.tensor.FloatBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network that {@link NetworkFile} has accepted, as DL4J interprets it. It maps items (batch, d, L) with a mask
 * (batch, L) to states (batch, d).
 *
 * <p>A graph may have further inputs named {@code dropout_N}. Each receives factors (batch, N), by which the graph
 * multiplies its activations: 0 or 1 / (1 - rate), or 1 if there is no dropout. In this way Freshet controls dropout.
 * A graph whose input for items is named {@code unmasked} receives no mask and sees padding as zeros.
 */
final class NetworkDefinition {
    /** Largest number of parameters: 64 MiB of weights, which are copied in each step. */
    private static final long MAX_PARAMETERS = 1 << 24;

    private static final Pattern DROPOUT_INPUT = Pattern.compile("dropout_(\\d{1,5})");

    private final String text;
    private final boolean isGraph;
    private final String items;
    private final List<Integer> dropoutWidths;
    private final long parameters;

    /**
     * @param text text from {@link NetworkFile#canonical}
     * @throws IllegalArgumentException if DL4J cannot read it or the network is too large
     */
    NetworkDefinition(String text) {
        SingleThread.require();
        this.text = text;
        this.isGraph = text.contains("\"vertices\":");
        try {
            if (isGraph) {
                ComputationGraphConfiguration graph = ComputationGraphConfiguration.fromJson(text);
                // DL4J's interpretation of the text must be allowed, too.
                NetworkFile.canonical(graph.toJson());
                items = itemsInput(graph);
                dropoutWidths = dropoutWidths(graph);
                parameters = parameters(graph);
            } else {
                MultiLayerConfiguration layers = MultiLayerConfiguration.fromJson(text);
                NetworkFile.canonical(layers.toJson());
                items = "";
                dropoutWidths = List.of();
                parameters = layers.getConfs().stream()
                        .mapToLong(NetworkDefinition::parameters)
                        .sum();
            }
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("a network must be one that DL4J understands: " + rootMessage(e), e);
        }
        if (parameters < 1 || parameters > MAX_PARAMETERS) {
            throw new IllegalArgumentException(
                    "a network must have from 1 to " + MAX_PARAMETERS + " parameters: parameters=" + parameters);
        }
    }

    private static String itemsInput(ComputationGraphConfiguration graph) {
        List<String> inputs = graph.getNetworkInputs().stream()
                .filter(name -> !DROPOUT_INPUT.matcher(name).matches())
                .toList();
        if (inputs.size() != 1 || graph.getNetworkOutputs().size() != 1) {
            throw new IllegalArgumentException(
                    "a graph must have one output, and one input that is not named dropout_N: inputs="
                            + graph.getNetworkInputs() + ", outputs=" + graph.getNetworkOutputs());
        }
        return inputs.getFirst();
    }

    private static List<Integer> dropoutWidths(ComputationGraphConfiguration graph) {
        List<Integer> widths = new ArrayList<>();
        for (String input : graph.getNetworkInputs()) {
            Matcher matcher = DROPOUT_INPUT.matcher(input);
            if (matcher.matches()) {
                widths.add(Integer.valueOf(matcher.group(1)));
            }
        }
        return List.copyOf(widths);
    }

    private static long parameters(ComputationGraphConfiguration graph) {
        return graph.getVertices().values().stream()
                .mapToLong(vertex -> vertex.numParams(false))
                .sum();
    }

    private static long parameters(NeuralNetConfiguration layer) {
        return layer.getLayer().initializer().numParams(layer);
    }

    static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        int line = message.indexOf('\n');
        return line < 0 ? message : message.substring(0, line);
    }

    /** Returns the number of parameters. */
    long parameters() {
        return parameters;
    }

    /** Returns the widths N of the inputs {@code dropout_N}, in the order of the inputs. */
    List<Integer> dropoutWidths() {
        return dropoutWidths;
    }

    /**
     * Creates an instance of the network.
     *
     * @param weights ({@link #parameters}); the network reads them in each pass but does not own them
     */
    Network open(FloatBlock weights) {
        INDArray row = weights.array().reshape(1, parameters);
        return isGraph
                ? new GraphNetwork(ComputationGraphConfiguration.fromJson(text), items, row)
                : new LayerNetwork(MultiLayerConfiguration.fromJson(text), row);
    }

    /** Returns the parameters (1, n) that DL4J's own initialisers draw from this seed. */
    INDArray draw(long seed) {
        if (isGraph) {
            ComputationGraphConfiguration configuration = ComputationGraphConfiguration.fromJson(text);
            configuration.getDefaultConfiguration().setSeed(seed);
            ComputationGraph graph = new ComputationGraph(configuration);
            graph.init();
            return graph.params();
        }
        MultiLayerConfiguration configuration = MultiLayerConfiguration.fromJson(text);
        configuration.getConfs().forEach(layer -> layer.setSeed(seed));
        MultiLayerNetwork network = new MultiLayerNetwork(configuration);
        network.init();
        return network.params();
    }

    /**
     * Runs the network on zeros, for one sequence and for three.
     *
     * @return the network's layers, with the shapes of their outputs
     * @throws IllegalArgumentException if the network does not map (batch, dim, length) to (batch, dim)
     */
    List<LayerSummary> require(int dim, int length) {
        try (FloatBlock weights = FloatBlock.zeros(parameters)) {
            Network network = open(weights);
            requireShape(network, 3, dim, length);
            requireShape(network, 1, dim, length);
            return network.layers();
        }
    }

    private void requireShape(Network network, int batch, int dim, int length) {
        String must =
                "a network must map (" + batch + ", " + dim + ", " + length + ") to (" + batch + ", " + dim + "): ";
        long[] shape;
        try {
            List<INDArray> dropout = dropoutWidths.stream()
                    .map(width -> Nd4j.ones(DataType.FLOAT, batch, width))
                    .toList();
            INDArray items = Nd4j.zeros(DataType.FLOAT, batch, dim, length);
            shape = network.forward(items, Nd4j.ones(DataType.FLOAT, batch, length), dropout, false)
                    .shape();
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(must + rootMessage(e), e);
        }
        if (!Arrays.equals(shape, new long[] {batch, dim})) {
            throw new IllegalArgumentException(must + "output=" + Arrays.toString(shape));
        }
    }
}
