package io.freshet.dl4j;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.distribution.TruncatedNormalDistribution;
import org.deeplearning4j.nn.conf.distribution.UniformDistribution;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.deeplearning4j.nn.weights.WeightInitIdentity;
import org.deeplearning4j.nn.weights.WeightInitLecunUniform;
import org.deeplearning4j.nn.weights.WeightInitRelu;
import org.deeplearning4j.nn.weights.WeightInitReluUniform;
import org.deeplearning4j.nn.weights.WeightInitVarScalingNormalFanIn;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.deeplearning4j.nn.weights.WeightInitXavierUniform;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;

/**
 * Translates a sequential Keras model into the configuration of a DL4J network with the same layers. Keras arranges a
 * sequence as (batch, L, d) and DL4J as (batch, d, L). Weights are not translated: they belong to other item vectors.
 *
 * <p>A layer, or a setting of a layer, that has no equivalent in DL4J is an error.
 */
final class KerasNetwork {
    /** Settings that do not change what a layer computes. */
    private static final Set<String> IRRELEVANT = Set.of(
            "name",
            "dtype",
            "batch_shape",
            "batch_input_shape",
            "input_shape",
            "seed",
            "unroll",
            "implementation",
            "zero_output_for_mask");

    /** Maximum number of characters of a text that an error message quotes. */
    private static final int MAX_TEXT = 200;
    /** Largest number of layers. */
    private static final int MAX_LAYERS = 200;

    /** Settings that change nothing if they are 0. */
    private static final Set<String> NEUTRAL_AT_ZERO = Set.of("dropout", "recurrent_dropout");

    private final NeuralNetConfiguration.ListBuilder layers = new NeuralNetConfiguration.Builder().list();
    /** Whether the layers so far return a vector for each place of the sequence, not one vector. */
    private boolean sequence = true;
    /** Whether the vectors at padding are zero. */
    private boolean masked = true;

    private KerasNetwork() {}

    /**
     * Translates a model.
     *
     * @param model Keras' own JSON of the model: {@code to_json()}, which is also in its files
     * @return the JSON of a {@code MultiLayerConfiguration}
     * @throws IllegalArgumentException if the model is not sequential or has something that DL4J does not have
     */
    static String toDl4j(JsonNode model) {
        SingleThread.require();
        String type = model.path("class_name").asText();
        if (!type.equals("Sequential")) {
            throw new IllegalArgumentException(
                    "a Keras model must be a Sequential one: class_name=" + KerasLayer.shortened(type));
        }
        JsonNode config = model.path("config");
        JsonNode list = config.isArray() ? config : config.path("layers");
        if (list.size() > MAX_LAYERS) {
            throw new IllegalArgumentException(
                    "a Keras model must not have more than " + MAX_LAYERS + " layers: layers=" + list.size());
        }
        KerasNetwork network = new KerasNetwork();
        for (JsonNode layer : list) {
            network.add(new KerasLayer(layer));
        }
        if (network.sequence) {
            throw new IllegalArgumentException("a Keras model must end with one vector for a sequence: end it with a"
                    + " recurrent layer with return_sequences=False, or with a GlobalAveragePooling1D");
        }
        return network.layers
                .setInputType(InputType.recurrent(width(model, list), RNNFormat.NCW))
                .build()
                .toJson();
    }

    /** Returns the width of the item vectors. */
    private static int width(JsonNode model, JsonNode layers) {
        JsonNode first = layers.path(0).path("config");
        for (JsonNode shape : Arrays.asList(
                first.path("batch_shape"),
                first.path("batch_input_shape"),
                model.path("config").path("build_input_shape"),
                model.path("build_config").path("input_shape"))) {
            if (shape.size() == 3 && shape.path(2).asInt() > 0) {
                return shape.path(2).asInt();
            }
        }
        throw new IllegalArgumentException("a Keras model must state its input as (length, dim): start it with"
                + " keras.Input((50, 64)), and save it again");
    }

    private void add(KerasLayer layer) {
        switch (layer.type) {
            case "InputLayer" -> layer.done();
            // Freshet passes a mask of the padding to every network.
            case "Masking" -> layer.require("mask_value", 0).done();
            case "LSTM", "SimpleRNN" -> {
                boolean all = layer.flag("return_sequences", false);
                addRecurrent(layer, recurrent(layer), all);
            }
            case "Bidirectional" -> bidirectional(layer);
            case "Dense" -> layers.layer(dense(layer));
            case "TimeDistributed" -> {
                KerasLayer inner = layer.inner("layer");
                if (!inner.type.equals("Dense")) {
                    throw layer.refusal("must contain a Dense: layer=" + inner.type);
                }
                layer.done();
                layers.layer(dense(inner));
            }
            case "Activation", "ReLU", "LeakyReLU", "ELU" -> {
                masked = false;
                layers.layer(activation(layer));
            }
            case "Conv1D" -> {
                sequence(layer, true);
                masked = false;
                layers.layer(convolution(layer));
            }
            case "MaxPooling1D" -> pool(layer, PoolingType.MAX);
            case "AveragePooling1D" -> pool(layer, PoolingType.AVG);
            case "GlobalMaxPooling1D" -> poolAll(layer, PoolingType.MAX);
            case "GlobalAveragePooling1D" -> poolAll(layer, PoolingType.AVG);
            case "Dropout", "SpatialDropout1D", "GaussianDropout", "AlphaDropout" ->
                throw layer.refusal("is not allowed: Freshet drops activations itself, see --dropout");
            case "Embedding" ->
                throw layer.refusal("is not allowed: the network receives the items' vectors, not their numbers");
            case "BatchNormalization" ->
                throw layer.refusal("is not allowed: a state would depend on the other states of its batch");
            case "GRU" -> throw layer.refusal("has no equal in DL4J: use Freshet's own, model.encoder=gru4rec");
            default -> throw layer.refusal("has no equal among the layers of DL4J that Freshet allows");
        }
    }

    /** Requires that a layer has a sequence as its input, and records whether it returns a sequence. */
    private void sequence(KerasLayer layer, boolean returnsSequence) {
        if (!sequence) {
            throw layer.refusal("needs a sequence, and the layer before it returns one vector");
        }
        sequence = returnsSequence;
    }

    /**
     * Adds a recurrent layer. DL4J computes wrong gradients for a masked LSTM unless its input is zero at padding and
     * it receives no gradient there. A MaskLayer before the LSTM and one after it ensure both. The items themselves
     * are already zero at padding.
     */
    private void addRecurrent(KerasLayer layer, Layer recurrent, boolean returnsSequence) {
        sequence(layer, returnsSequence);
        if (!masked) {
            layers.layer(new MaskLayer());
        }
        masked = returnsSequence;
        layers.layer(returnsSequence ? recurrent : new LastTimeStep(recurrent));
        if (returnsSequence) {
            layers.layer(new MaskLayer());
        }
    }

    private static Layer recurrent(KerasLayer layer) {
        layer.require("return_state", false).require("go_backwards", false).require("stateful", false);
        int units = layer.integer("units");
        layer.require("use_bias", true);
        Activation activation = layer.activation("activation", "tanh");
        int gates = layer.type.equals("LSTM") ? 4 : 1;
        IWeightInit input = layer.initializer("kernel_initializer", "glorot_uniform", gates * units);
        IWeightInit recurrent = layer.initializer("recurrent_initializer", "orthogonal", gates * units);
        double bias = layer.bias();
        if (layer.type.equals("LSTM")) {
            LSTM.Builder lstm = new LSTM.Builder()
                    .nOut(units)
                    .activation(activation)
                    .gateActivationFunction(layer.activation("recurrent_activation", "sigmoid"))
                    .biasInit(bias)
                    .forgetGateBiasInit(layer.flag("unit_forget_bias", true) ? 1 : bias);
            lstm.setRnnDataFormat(RNNFormat.NCW);
            layer.done();
            return lstm.weightInit(input).weightInitRecurrent(recurrent).build();
        }
        SimpleRnn.Builder rnn =
                new SimpleRnn.Builder().nOut(units).activation(activation).biasInit(bias);
        rnn.setRnnDataFormat(RNNFormat.NCW);
        layer.done();
        return rnn.weightInit(input).weightInitRecurrent(recurrent).build();
    }

    private void bidirectional(KerasLayer layer) {
        KerasLayer inner = layer.inner("layer");
        if (!inner.type.equals("LSTM") && !inner.type.equals("SimpleRNN")) {
            throw layer.refusal("must contain an LSTM or a SimpleRNN: layer=" + inner.type);
        }
        if (!inner.flag("return_sequences", false)) {
            throw layer.refusal(
                    "must have return_sequences=True, with a pooling layer after it: DL4J has no layer that joins"
                            + " the last state of one direction with the first of the other");
        }
        layer.requireTwin("backward_layer", inner);
        String mode = layer.text("merge_mode", "concat");
        Bidirectional.Mode joined = switch (mode) {
            case "concat" -> Bidirectional.Mode.CONCAT;
            case "sum" -> Bidirectional.Mode.ADD;
            case "mul" -> Bidirectional.Mode.MUL;
            case "ave" -> Bidirectional.Mode.AVERAGE;
            default -> throw layer.refusal("has an unknown merge_mode: merge_mode=" + mode);
        };
        layer.done();
        addRecurrent(layer, new Bidirectional(joined, recurrent(inner)), true);
    }

    /**
     * Returns a dense layer. For a sequence that is a convolution of length 1: DL4J's TimeDistributed mixes up the
     * mask.
     */
    private Layer dense(KerasLayer layer) {
        int units = layer.integer("units");
        boolean bias = layer.flag("use_bias", true);
        masked = false;
        if (sequence) {
            Convolution1DLayer.Builder places =
                    new Convolution1DLayer.Builder().nOut(units).kernelSize(1).hasBias(bias);
            finish(places, layer);
            return places.build();
        }
        DenseLayer.Builder dense = new DenseLayer.Builder().nOut(units).hasBias(bias);
        finish(dense, layer);
        return dense.build();
    }

    private static Layer convolution(KerasLayer layer) {
        String padding = layer.text("padding", "valid");
        layer.require("groups", 1).requireChannelsLast();
        Convolution1DLayer.Builder convolution = new Convolution1DLayer.Builder()
                .nOut(layer.integer("filters"))
                .kernelSize(layer.only("kernel_size", 0))
                .stride(layer.only("strides", 1))
                .dilation(layer.only("dilation_rate", 1))
                .convolutionMode(mode(layer, padding));
        convolution.hasBias(layer.flag("use_bias", true));
        finish(convolution, layer);
        return convolution.build();
    }

    private static ConvolutionMode mode(KerasLayer layer, String padding) {
        return switch (padding) {
            case "same" -> ConvolutionMode.Same;
            case "valid" -> ConvolutionMode.Truncate;
            case "causal" -> ConvolutionMode.Causal;
            default -> throw layer.refusal("has an unknown padding: padding=" + padding);
        };
    }

    private static void finish(FeedForwardLayer.Builder<?> builder, KerasLayer layer) {
        builder.activation(layer.activation("activation", "linear"));
        builder.weightInit(
                layer.initializer("kernel_initializer", "glorot_uniform", Math.toIntExact(builder.getNOut())));
        builder.biasInit(layer.bias());
        layer.done();
    }

    private static Layer activation(KerasLayer layer) {
        return switch (layer.type) {
            case "ReLU" -> {
                layer.require("negative_slope", 0).require("threshold", 0).done();
                yield new ActivationLayer(Activation.RELU);
            }
            case "LeakyReLU" -> {
                double slope = layer.number("negative_slope", layer.number("alpha", .3));
                layer.done();
                yield new ActivationLayer(new ActivationLReLU(slope));
            }
            case "ELU" -> {
                layer.require("alpha", 1).done();
                yield new ActivationLayer(Activation.ELU);
            }
            default -> {
                Activation function = layer.activation("activation", "linear");
                layer.done();
                yield new ActivationLayer(function);
            }
        };
    }

    private void pool(KerasLayer layer, PoolingType type) {
        int size = layer.only("pool_size", 2);
        int stride = layer.only("strides", size);
        String padding = layer.text("padding", "valid");
        layer.requireChannelsLast();
        layer.done();
        sequence(layer, true);
        masked = false;
        layers.layer(new Subsampling1DLayer.Builder(Subsampling1DLayer.PoolingType.valueOf(type.name()))
                .kernelSize(size)
                .stride(stride)
                .convolutionMode(mode(layer, padding))
                .build());
    }

    private void poolAll(KerasLayer layer, PoolingType type) {
        layer.requireChannelsLast();
        layer.require("keepdims", false).done();
        sequence(layer, false);
        layers.layer(new GlobalPoolingLayer.Builder(type).build());
    }

    /** A layer of Keras: its type, and settings of which each is read once. */
    private static final class KerasLayer {
        private final String type;
        private final JsonNode config;
        private final Set<String> read = new HashSet<>(IRRELEVANT);

        KerasLayer(JsonNode layer) {
            type = layer.path("class_name").asText();
            config = layer.path("config");
            requireOfKeras(layer);
            require("trainable", true);
        }

        /** Rejects a user-defined class, which may have the same name as a class of Keras. */
        private void requireOfKeras(JsonNode object) {
            String module = object.path("module").asText("keras");
            JsonNode registered = object.path("registered_name");
            boolean own = !isAbsent(registered)
                    && !registered.asText().equals(object.path("class_name").asText());
            if (own || !(module.equals("keras") || module.startsWith("keras."))) {
                throw refusal("must be a class of Keras: module=" + module + ", registered_name=" + registered);
            }
        }

        private JsonNode value(String key) {
            read.add(key);
            return config.path(key);
        }

        private static boolean isAbsent(JsonNode value) {
            return value.isMissingNode() || value.isNull();
        }

        KerasLayer inner(String key) {
            return new KerasLayer(value(key));
        }

        /** Requires that the layer under a key, if present, equals the forward layer except for its direction. */
        void requireTwin(String key, KerasLayer forward) {
            JsonNode backward = value(key);
            if (isAbsent(backward)) {
                return;
            }
            boolean same = backward.path("class_name").asText().equals(forward.type)
                    && comparable(backward.path("config")).equals(comparable(forward.config));
            if (!same) {
                throw refusal("must have a " + key + " like the other layer");
            }
        }

        /** Returns a copy of the settings without the entries in which equivalent layers may differ. */
        private static JsonNode comparable(JsonNode config) {
            ObjectNode copy = config.deepCopy();
            copy.remove(List.of("name", "go_backwards"));
            copy.forEach(value -> {
                if (value instanceof ObjectNode object) {
                    object.remove("shared_object_id");
                }
            });
            return copy;
        }

        String text(String key, String otherwise) {
            JsonNode value = value(key);
            if (isAbsent(value)) {
                return otherwise;
            }
            if (!value.isTextual()) {
                throw refusal("must have a name as its " + key + ": " + key + "=" + value);
            }
            return value.asText();
        }

        boolean flag(String key, boolean otherwise) {
            JsonNode value = value(key);
            if (!isAbsent(value) && !value.isBoolean()) {
                throw refusal("must have true or false as its " + key + ": " + key + "=" + value);
            }
            return value.asBoolean(otherwise);
        }

        double number(String key, double otherwise) {
            JsonNode value = value(key);
            if (!isAbsent(value) && !value.isNumber()) {
                throw refusal("must have a number as its " + key + ": " + key + "=" + value);
            }
            return value.asDouble(otherwise);
        }

        int integer(String key) {
            return positive(key, value(key));
        }

        /** Returns a number that Keras writes either as a number or as an array of one number. */
        int only(String key, int otherwise) {
            JsonNode value = value(key);
            if (isAbsent(value) && otherwise > 0) {
                return otherwise;
            }
            return positive(key, value.isArray() && value.size() == 1 ? value.get(0) : value);
        }

        private int positive(String key, JsonNode value) {
            if (!value.isInt() || value.asInt() < 1) {
                throw refusal("must have a positive " + key + ": " + key + "=" + value);
            }
            return value.asInt();
        }

        KerasLayer require(String key, Object wanted) {
            JsonNode value = value(key);
            boolean equal = isAbsent(value)
                    || (wanted instanceof Number number
                            ? value.isNumber() && value.asDouble() == number.doubleValue()
                            : value.asText().equals(wanted.toString()));
            if (!equal) {
                throw refusal("must have " + key + "=" + wanted + ": " + key + "=" + value);
            }
            return this;
        }

        void requireChannelsLast() {
            require("data_format", "channels_last");
        }

        Activation activation(String key, String otherwise) {
            String name = text(key, otherwise);
            return switch (name) {
                case "linear" -> Activation.IDENTITY;
                case "relu" -> Activation.RELU;
                case "relu6" -> Activation.RELU6;
                case "tanh" -> Activation.TANH;
                case "sigmoid" -> Activation.SIGMOID;
                case "softplus" -> Activation.SOFTPLUS;
                case "softsign" -> Activation.SOFTSIGN;
                case "elu" -> Activation.ELU;
                case "selu" -> Activation.SELU;
                case "swish", "silu" -> Activation.SWISH;
                case "mish" -> Activation.MISH;
                default -> throw refusal("has an activation that DL4J lacks: " + key + "=" + name);
            };
        }

        /** Returns the constant to which the bias is set. */
        double bias() {
            JsonNode value = value("bias_initializer");
            return switch (name(value, "zeros")) {
                case "zeros" -> 0;
                case "ones" -> 1;
                case "constant" -> value.path("config").path("value").asDouble();
                default -> throw refusal("must have a constant bias_initializer: bias_initializer=" + value);
            };
        }

        private void requireGain(JsonNode settings) {
            double gain = settings.path("gain").asDouble(1);
            if (gain != 1) {
                throw refusal("must have an initializer with gain 1: gain=" + gain);
            }
        }

        /** @param columns the larger number of rows and columns of the matrix */
        IWeightInit initializer(String key, String otherwise, int columns) {
            JsonNode value = value(key);
            requireOfKeras(value);
            JsonNode settings = value.path("config");
            return switch (name(value, otherwise)) {
                case "glorotuniform" -> new WeightInitXavierUniform();
                case "glorotnormal" -> new WeightInitXavier();
                case "heuniform" -> new WeightInitReluUniform();
                case "henormal" -> new WeightInitRelu();
                case "lecununiform" -> new WeightInitLecunUniform();
                case "lecunnormal" -> new WeightInitVarScalingNormalFanIn();
                case "identity" -> {
                    requireGain(settings);
                    yield new WeightInitIdentity();
                }
                // DL4J cannot draw all orthogonal matrices (see NetworkRules), so this draws numbers with the
                // standard deviation of an orthogonal matrix.
                case "orthogonal" -> {
                    requireGain(settings);
                    yield new WeightInitDistribution(new NormalDistribution(0, 1 / Math.sqrt(columns)));
                }
                case "randomnormal" ->
                    new WeightInitDistribution(new NormalDistribution(
                            settings.path("mean").asDouble(0),
                            settings.path("stddev").asDouble(.05)));
                case "truncatednormal" ->
                    new WeightInitDistribution(new TruncatedNormalDistribution(
                            settings.path("mean").asDouble(0),
                            settings.path("stddev").asDouble(.05)));
                case "randomuniform" ->
                    new WeightInitDistribution(new UniformDistribution(
                            settings.path("minval").asDouble(-.05),
                            settings.path("maxval").asDouble(.05)));
                default -> throw refusal("has an initializer that DL4J lacks: " + key + "=" + value);
            };
        }

        /** Returns the name of an initializer without capitals and underscores: Keras writes names and objects. */
        private static String name(JsonNode value, String otherwise) {
            String name = value.isTextual()
                    ? value.asText()
                    : value.path("class_name").asText(otherwise);
            return name.replace("_", "").toLowerCase(Locale.ROOT);
        }

        /** Requires that no setting that was not read has an effect. */
        void done() {
            config.properties().forEach(setting -> {
                JsonNode value = setting.getValue();
                boolean neutral = value.isNull()
                        || (value.isBoolean() && !value.asBoolean())
                        || (value.isNumber() && value.asDouble() == 0 && NEUTRAL_AT_ZERO.contains(setting.getKey()));
                if (!neutral && !read.contains(setting.getKey())) {
                    throw refusal("has a setting that Freshet cannot translate: " + setting.getKey() + "=" + value);
                }
            });
        }

        IllegalArgumentException refusal(String reason) {
            return new IllegalArgumentException("Keras' layer " + shortened(type) + " " + shortened(reason) + ", name="
                    + shortened(config.path("name").asText()));
        }

        private static String shortened(String text) {
            return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
        }
    }
}
