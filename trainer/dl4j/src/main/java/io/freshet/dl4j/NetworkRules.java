package io.freshet.dl4j;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Rules for the contents of a DL4J configuration. DL4J instantiates each class that a configuration names, so a file
 * is checked against a list of allowed classes before DL4J reads it.
 */
final class NetworkRules {
    private static final String LAYERS = "org.deeplearning4j.nn.conf.layers.";
    private static final String CLASS = "@class";
    /** Fields whose texts are names of the user's own. */
    private static final Set<String> OWN_NAMES = Set.of(
            "layerName", "name", "networkInputs", "networkOutputs", "vertexInputs", "variables", "topologicalOrder");

    private static final Set<String> ALLOWED = Stream.of(
                    named(
                            LAYERS,
                            "DenseLayer ActivationLayer PReLULayer Convolution1DLayer Convolution1D ConvolutionLayer Convolution2D"
                                    + " SeparableConvolution2D DepthwiseConvolution2D SubsamplingLayer Pooling2D"
                                    + " Subsampling1DLayer Pooling1D GlobalPoolingLayer LSTM GravesLSTM ZeroPaddingLayer"
                                    + " ZeroPadding1DLayer recurrent.SimpleRnn recurrent.LastTimeStep"
                                    + " recurrent.Bidirectional convolutional.Cropping1D convolutional.Cropping2D"
                                    + " misc.RepeatVector misc.ElementWiseMultiplicationLayer"
                                    + " util.MaskLayer util.MaskZeroLayer"),
                    named(
                            "org.deeplearning4j.nn.conf.graph.",
                            "LayerVertex ElementWiseVertex MergeVertex PreprocessorVertex ReshapeVertex ScaleVertex ShiftVertex"
                                    + " SubsetVertex L2NormalizeVertex rnn.LastTimeStepVertex rnn.ReverseTimeSeriesVertex"
                                    + " rnn.DuplicateToTimeSeriesVertex"),
                    named(
                            "org.deeplearning4j.nn.conf.preprocessor.",
                            "CnnToFeedForwardPreProcessor CnnToRnnPreProcessor FeedForwardToCnnPreProcessor"
                                    + " FeedForwardToRnnPreProcessor RnnToCnnPreProcessor RnnToFeedForwardPreProcessor"
                                    + " ComposableInputPreProcessor"),
                    named(
                            "org.nd4j.linalg.activations.impl.Activation",
                            "Cube ELU GELU HardSigmoid HardTanH Identity LReLU Mish RationalTanh RectifiedTanh ReLU ReLU6 SELU"
                                    + " Sigmoid SoftPlus SoftSign Softmax Swish TanH ThresholdedReLU"),
                    named(
                            "org.deeplearning4j.nn.weights.WeightInit",
                            "Constant Distribution Identity LecunUniform Normal Relu ReluUniform SigmoidUniform Uniform"
                                    + " VarScalingNormalFanAvg VarScalingNormalFanIn VarScalingNormalFanOut"
                                    + " VarScalingUniformFanAvg VarScalingUniformFanIn VarScalingUniformFanOut Xavier"
                                    + " XavierLegacy XavierUniform"),
                    named(
                            "org.deeplearning4j.nn.conf.distribution.",
                            "ConstantDistribution GaussianDistribution LogNormalDistribution NormalDistribution"
                                    + " TruncatedNormalDistribution UniformDistribution"),
                    Stream.of("org.nd4j.linalg.learning.config.NoOp"))
            .flatMap(names -> names)
            .collect(Collectors.toUnmodifiableSet());

    /** Reasons why common classes are rejected, by the end of their names. */
    private static final Map<String, String> REASONS = Map.of(
            "OrthogonalDistribution", "DL4J never finishes for some sizes: use another distribution",
            "TimeDistributed", "DL4J mixes up its mask: use a Convolution1DLayer with kernel size 1",
            "OutputLayer", "Freshet computes the loss: end the network with the layer that outputs the state",
            "LossLayer", "Freshet computes the loss: end the network with the layer that outputs the state",
            "BatchNormalization", "a state would depend on the other states of its batch",
            "DropoutLayer", "Freshet drops activations itself: see --dropout",
            "EmbeddingLayer", "the network receives the items' vectors, not their numbers",
            "EmbeddingSequenceLayer", "the network receives the items' vectors, not their numbers",
            "ActivationRReLU", "it draws random numbers",
            "FrozenLayer", "all layers must learn");

    private NetworkRules() {}

    private static Stream<String> named(String prefix, String names) {
        return Stream.of(names.split(" ")).map(name -> prefix + name);
    }

    /**
     * Checks a whole configuration.
     *
     * @throws IllegalArgumentException if something is not allowed; the message names the first such thing
     */
    static void check(JsonNode network) {
        check(network, "");
    }

    private static void check(JsonNode node, String layer) {
        String name = node.hasNonNull("layerName") ? node.get("layerName").asText() : layer;
        JsonNode type = node.get(CLASS);
        if (type != null) {
            checkClass(type, name);
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            JsonNode value = field.getValue();
            if (OWN_NAMES.contains(field.getKey())) {
                continue;
            }
            switch (field.getKey()) {
                case "layer", "underlying", "fwd", "bwd" -> requireClass(value, field.getKey(), name);
                case "vertices" ->
                    value.properties().forEach(vertex -> requireClass(vertex.getValue(), vertex.getKey(), ""));
                case "idropout" ->
                    requireAbsent(value, name, "dropout", "Freshet drops activations itself: see --dropout");
                case "weightNoise" -> requireAbsent(value, name, "weight noise", "it draws random numbers");
                case "constraints" -> requireAbsent(value, name, "constraints", "the optimiser is Freshet's");
                case "regularization", "regularizationBias" ->
                    requireAbsent(value, name, "regularization", "the optimiser is Freshet's: see --weight-decay");
                case "gradientNormalization" -> requireText(value, "None", name, field.getKey());
                case "dataType" -> requireText(value, "FLOAT", name, field.getKey());
                case "backpropType" -> requireText(value, "Standard", name, field.getKey());
                default -> {}
            }
            check(value, field.getKey().equals("layers") ? "" : name);
        }
        // Jackson takes the name of a class from "@class", from "type", and from the first element of an array.
        if (node.isTextual() && node.textValue().indexOf('.') >= 0) {
            checkClass(node, layer);
        }
        if (node.isArray()) {
            node.forEach(element -> check(element, layer));
        }
    }

    private static void checkClass(JsonNode type, String layer) {
        String name = type.isTextual() ? type.textValue() : type.toString();
        if (ALLOWED.contains(name)) {
            return;
        }
        String simple = name.substring(name.lastIndexOf('.') + 1);
        String reason = REASONS.entrySet().stream()
                .filter(entry -> simple.endsWith(entry.getKey()))
                .map(entry -> ": " + entry.getValue())
                .findAny()
                .orElse("");
        throw new IllegalArgumentException(
                "a network must not have a " + simple + reason + in(layer) + ", class=" + name);
    }

    private static void requireClass(JsonNode value, String key, String layer) {
        if (value.isObject() && !value.has(CLASS)) {
            throw new IllegalArgumentException(
                    "a network must have been written by DL4J 1.0.0-beta or newer, which names the class of"
                            + " each layer: field=" + key + in(layer));
        }
    }

    private static void requireAbsent(JsonNode value, String layer, String what, String reason) {
        if (!value.isNull() && !value.isEmpty()) {
            throw new IllegalArgumentException(
                    "a network must not have " + what + " of its own: " + reason + in(layer));
        }
    }

    private static void requireText(JsonNode value, String wanted, String layer, String field) {
        if (!value.isNull() && !value.asText().equals(wanted)) {
            throw new IllegalArgumentException(
                    "a network's " + field + " must be " + wanted + ": " + field + "=" + value.asText() + in(layer));
        }
    }

    private static String in(String layer) {
        return layer.isEmpty() ? "" : ", layer=" + layer;
    }
}
