package io.freshet.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.OrthogonalDistribution;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class NetworkFileTest {
    private static final int D = 16;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private static Layer pool() {
        return new GlobalPoolingLayer.Builder(PoolingType.AVG).build();
    }

    @Test
    void shouldReadTheSameNetworkOfJsonAndOfAZip() throws IOException {
        Path json = write("lstm.json", Networks.lstm());
        Path zip = folder.resolve("model.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("coefficients.bin"));
            out.write(new byte[2 << 20]);
            out.putNextEntry(new ZipEntry("configuration.json"));
            out.write(Networks.lstm().getBytes(StandardCharsets.UTF_8));
        }

        String network = NetworkFile.read(json);
        assertThat(NetworkFile.read(zip)).isEqualTo(network);
        assertThat(NetworkFile.canonical(network)).isEqualTo(network);
        assertThat(new Dl4jType().read(json.toString())).containsEntry("network", network);
        assertThat(new Dl4jType().read(network)).containsEntry("network", network);
    }

    @Test
    void shouldShipAnLstm() throws IOException {
        assertThat(new Dl4jType().read("lstm.json")).containsEntry("network", NetworkFile.canonical(Networks.lstm()));
    }

    @Test
    void shouldBeTheSameWhateverLearnedItBefore() {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(77)
                .updater(new Adam(.1))
                .list();
        String other = list.layer(pool()).layer(Networks.dense(D, D)).build().toJson();

        assertThat(NetworkFile.canonical(other))
                .isEqualTo(NetworkFile.canonical(Networks.layers(pool(), Networks.dense(D, D))));
    }

    @Test
    void shouldRefuseLayersWithALossOfTheirOwn() {
        refuses(Networks.layers(
                        pool(),
                        new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                                .nIn(D)
                                .nOut(D)
                                .name("scores")
                                .build()))
                .withMessageContaining("must not have a OutputLayer: Freshet computes the loss")
                .withMessageContaining("layer=scores");
    }

    @Test
    void shouldRefuseBatchNormalization() {
        refuses(Networks.layers(
                        pool(), new BatchNormalization.Builder().nIn(D).nOut(D).build(), Networks.dense(D, D)))
                .withMessageContaining("must not have a BatchNormalization: a state would depend on the other states");
    }

    @Test
    void shouldRefuseClassesWhereverJacksonTakesOneFrom() {
        String network = Networks.layers(pool(), Networks.dense(D, D));
        assertThat(network).contains("\"layer\" : {");
        refuses(network.replaceFirst("\"layer\" : \\{", "\"layer\" : [\"evil.Layer\", {}], \"other\" : {"))
                .withMessageContaining("must not have a Layer, class=evil.Layer");
        refuses(network.replaceFirst("\"activationFn\" : \\{", "\"activationFn\" : [\"evil.Fn\", {}], \"other\" : {"))
                .withMessageContaining("class=evil.Fn");
    }

    @Test
    void shouldRefuseTimeDistributedLayers() {
        refuses(Networks.layers(new TimeDistributed(Networks.dense(D, D)), pool()))
                .withMessageContaining("must not have a TimeDistributed: DL4J mixes up its mask");
    }

    @Test
    void shouldRefuseOrthogonalWeights() {
        refuses(Networks.layers(
                        pool(),
                        new DenseLayer.Builder()
                                .nIn(D)
                                .nOut(D)
                                .weightInit(new OrthogonalDistribution(1.))
                                .build()))
                .withMessageContaining("must not have a OrthogonalDistribution");
    }

    @Test
    void shouldRefuseDropoutOfDl4j() {
        refuses(Networks.layers(pool(), new DropoutLayer.Builder(.5).build(), Networks.dense(D, D)))
                .withMessageContaining("must not have a")
                .withMessageContaining("ropout");
        refuses(Networks.layers(
                        pool(),
                        new DenseLayer.Builder()
                                .nIn(D)
                                .nOut(D)
                                .dropOut(.5)
                                .name("last")
                                .build()))
                .withMessageContaining("must not have dropout of its own")
                .withMessageContaining("layer=last");
    }

    @Test
    void shouldRefuseWhatTheOptimiserOfDl4jWouldDo() {
        NeuralNetConfiguration.ListBuilder list =
                new NeuralNetConfiguration.Builder().l2(.1).list();
        refuses(list.layer(pool()).layer(Networks.dense(D, D)).build().toJson())
                .withMessageContaining("must not have regularization of its own");
    }

    @Test
    void shouldRefuseTablesOfItems() {
        refuses(Networks.layers(
                        new EmbeddingSequenceLayer.Builder().nIn(10).nOut(D).build(), pool(), Networks.dense(D, D)))
                .withMessageContaining("EmbeddingSequenceLayer: the network receives the items' vectors");
    }

    @Test
    void shouldRefuseClassesThatAreNotListed() {
        refuses(Networks.layers(
                        new SelfAttentionLayer.Builder()
                                .nIn(D)
                                .nOut(D)
                                .nHeads(1)
                                .projectInput(true)
                                .build(),
                        pool()))
                .withMessageContaining("class=org.deeplearning4j.nn.conf.layers.SelfAttentionLayer");
        refuses(Networks.layers(pool(), Networks.dense(D, D))
                        .replace(
                                "org.nd4j.linalg.activations.impl.ActivationIdentity",
                                "javax.script.ScriptEngineManager"))
                .withMessageContaining("must not have a ScriptEngineManager")
                .withMessageContaining("class=javax.script.ScriptEngineManager");
        refuses(Networks.layers(pool(), Networks.dense(D, D)).replace("\"@class\"", "\"class\""))
                .withMessageContaining("1.0.0-beta or newer");
    }

    @Test
    void shouldRefuseTextsThatAreNoNetwork() throws IOException {
        refuses("{").withMessageContaining("a network must be JSON");
        refuses("{\"confs\": [], \"confs\": []}").withMessageContaining("each field once");
        refuses("{\"weights\": []}").withMessageContaining("MultiLayerConfiguration");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkFile.read(write("long.json", " ".repeat((1 << 20) + 1))))
                .withMessageContaining("must not be longer than 1048576 bytes, file=");
        Path zip = folder.resolve("empty.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("coefficients.bin"));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkFile.read(zip))
                .withMessageContaining("must have an entry configuration.json");
    }

    @Test
    void shouldRefuseOtherShapes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Networks.shape(D, 4, Networks.layers(pool(), Networks.dense(D, 24))))
                .withMessageContaining("must map (3, 16, 4) to (3, 16): output=[3, 24]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Networks.shape(
                        D, 4, Networks.layers(new LSTM.Builder().nIn(D).nOut(D).build())))
                .withMessageContaining("must map (3, 16, 4) to (3, 16): output=[3, 16, 4]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Networks.shape(
                        D,
                        4,
                        Networks.layers(new LastTimeStep(
                                new LSTM.Builder().nIn(32).nOut(D).build()))))
                .withMessageContaining("must map (3, 16, 4) to (3, 16): ");
    }

    @Test
    void shouldRefuseNetworksThatAreTooLargeOrLearnNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Networks.shape(D, 4, Networks.layers(pool(), Networks.dense(D, 1 << 21))))
                .withMessageContaining("from 1 to 16777216 parameters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Networks.shape(D, 4, Networks.layers(new MaskLayer(), pool())))
                .withMessageContaining("parameters=0");
    }

    @Test
    void shouldRefuseGraphsOfSeveralInputs() {
        String graph = new NeuralNetConfiguration.Builder()
                .weightInit(WeightInit.XAVIER)
                .graphBuilder()
                .addInputs("a", "b")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b")
                .addLayer("pool", pool(), "sum")
                .addLayer(
                        "state",
                        new DenseLayer.Builder()
                                .nIn(D)
                                .nOut(D)
                                .activation(Activation.TANH)
                                .build(),
                        "pool")
                .setOutputs("state")
                .build()
                .toJson();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Networks.shape(D, 4, graph))
                .withMessageContaining("one input that is not named dropout_N: inputs=[a, b]");
    }

    private static org.assertj.core.api.ThrowableAssertAlternative<IllegalArgumentException> refuses(String text) {
        return assertThatIllegalArgumentException().isThrownBy(() -> NetworkFile.canonical(text));
    }

    private Path write(String name, String text) throws IOException {
        return Files.write(folder.resolve(name), text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
