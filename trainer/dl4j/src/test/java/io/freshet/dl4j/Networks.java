package io.freshet.dl4j;

import io.freshet.model.encoder.EncoderTypes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.nd4j.linalg.activations.Activation;

/** Networks for tests. */
final class Networks {
    private Networks() {}

    /** Returns the example in the module's resources: an LSTM of width 64. */
    static String lstm() throws IOException {
        try (InputStream in = Objects.requireNonNull(Networks.class.getResourceAsStream("lstm.json"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Returns the JSON of a sequence of layers, as DL4J writes it. */
    static String layers(Layer... layers) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder().list();
        for (Layer layer : layers) {
            list.layer(layer);
        }
        return list.build().toJson();
    }

    static Layer dense(int in, int out) {
        return new DenseLayer.Builder()
                .nIn(in)
                .nOut(out)
                .activation(Activation.IDENTITY)
                .build();
    }

    static Dl4jShape convolution(int d, int length) {
        return shape(
                d,
                length,
                layers(
                        new Convolution1DLayer.Builder(3)
                                .nIn(d)
                                .nOut(24)
                                .convolutionMode(ConvolutionMode.Same)
                                .activation(Activation.TANH)
                                .build(),
                        new GlobalPoolingLayer.Builder(PoolingType.AVG).build(),
                        dense(24, d)));
    }

    static Dl4jShape recurrent(int d, int length) {
        return shape(
                d,
                length,
                layers(
                        new Bidirectional(
                                Bidirectional.Mode.ADD,
                                new LSTM.Builder().nIn(d).nOut(20).build()),
                        new LastTimeStep(
                                new SimpleRnn.Builder().nIn(20).nOut(24).build()),
                        dense(24, d)));
    }

    static Dl4jShape shape(int d, int length, String network) {
        return new Dl4jShape("dl4j", d, length, NetworkFile.canonical(network), true);
    }

    static Dl4jShape caser(int d) {
        return (Dl4jShape) new CaserType().shape(Map.of(EncoderTypes.DIM, d, EncoderTypes.MAX_LENGTH, 50));
    }
}
