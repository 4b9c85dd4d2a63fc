package io.freshet.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.tensor.FloatBlock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The models, and what Keras computes with them, come from {@code write_keras_models.py}. */
class KerasNetworkTest {
    private static final int LENGTH = 5;
    private static final int DIM = 16;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "lstm, 2, 0.31786144, 0.1808148",
        "convolution, 0, 0.12916835, 0.08452865",
        "bidirectional, 0, 0.9949303, 0.99136454"
    })
    void shouldComputeWhatKerasComputes(String model, int padding, float first, float second) throws IOException {
        String network = NetworkFile.read(resource(model + ".keras"));
        NetworkDefinition definition = new NetworkDefinition(network);
        definition.require(DIM, LENGTH);

        try (FloatBlock weights = FloatBlock.zeros(definition.parameters())) {
            weights.array().assign(parameters(network));
            INDArray states = definition.open(weights).forward(sequences(padding), mask(padding), List.of(), false);

            assertThat(states.shape()).containsExactly(2, DIM);
            assertThat(states.getFloat(0, 0)).isCloseTo(first, within(1e-5f));
            assertThat(states.getFloat(1, 0)).isCloseTo(second, within(1e-5f));
        }
    }

    @Test
    void shouldHaveTheGradientsOfItsStates() throws IOException {
        Dl4jShape shape = Networks.shape(DIM, LENGTH, NetworkFile.read(resource("lstm.keras")));
        NetworkCheck check = NetworkCheck.of(shape, false);

        assertThat(check.problem()).isEmpty();
        assertThat(check.itemError()).isBetween(0.0, .005);
        assertThat(check.parameterError()).isBetween(0.0, .005);
    }

    @Test
    void shouldReadTheSameNetworkFromEachFormat() throws IOException {
        Path zip = resource("lstm.keras");
        String json;
        try (ZipFile entries = new ZipFile(zip.toFile());
                InputStream in = entries.getInputStream(new ZipEntry("config.json"))) {
            json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }

        String network = NetworkFile.read(zip);
        assertThat(NetworkFile.read(resource("lstm.h5"))).isEqualTo(network);
        assertThat(NetworkFile.read(write(json))).isEqualTo(network);
    }

    @Test
    void shouldReadWhatKeras2Writes() throws IOException {
        Path file = write("""
                {"class_name": "Sequential", "keras_version": "2.15.0", "backend": "tensorflow", "config": {"name": "s", "layers": [
                  {"class_name": "LSTM", "config": {"name": "lstm", "trainable": true, "dtype": "float32",
                    "batch_input_shape": [null, 50, 64], "units": 64, "activation": "tanh",
                    "recurrent_activation": "sigmoid", "implementation": 2,
                    "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": null}},
                    "recurrent_initializer": {"class_name": "Orthogonal", "config": {"gain": 1.0, "seed": null}}}}]}}""");

        new NetworkDefinition(NetworkFile.read(file)).require(64, 50);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Orthogonal", "GlorotNormal", "HeUniform", "LecunNormal", "RandomNormal", "truncated_normal"})
    void shouldDrawWeights(String initializer) throws IOException {
        String network = NetworkFile.read(write(model("SimpleRNN", """
                , "units": 16, "recurrent_initializer": {"class_name": "%s", "config": {}}""".formatted(initializer))));

        INDArray drawn = new NetworkDefinition(network).draw(3);
        assertThat(drawn.ameanNumber().doubleValue()).isBetween(1e-3, 1.);
    }

    @Test
    void shouldRefuseLayersWithoutAnEqual() throws IOException {
        refuses("GRU", ", \"units\": 16").withMessageContaining("model.encoder=gru4rec");
        refuses("Dropout", ", \"rate\": 0.2").withMessageContaining("see --dropout");
        refuses("Embedding", "").withMessageContaining("the network receives the items' vectors");
        refuses("BatchNormalization", "").withMessageContaining("other states of its batch");
        refuses("MultiHeadAttention", "").withMessageContaining("no equal").withMessageContaining("name=the layer");
    }

    @Test
    void shouldRefuseSettingsWithoutAnEqual() throws IOException {
        refuses("LSTM", ", \"units\": 16, \"dropout\": 0.2").withMessageContaining("cannot translate: dropout=0.2");
        refuses("LSTM", ", \"units\": 16, \"go_backwards\": true")
                .withMessageContaining("must have go_backwards=false");
        refuses("LSTM", ", \"units\": 16, \"trainable\": false").withMessageContaining("must have trainable=true");
        refuses("LSTM", ", \"units\": 16, \"use_bias\": false").withMessageContaining("must have use_bias=true");
        refuses("LSTM", ", \"units\": 0").withMessageContaining("must have a positive units: units=0");
        refuses("LSTM", ", \"units\": 16, \"activation\": \"exponential\"")
                .withMessageContaining("an activation that DL4J lacks");
        refuses("SimpleRNN", ", \"units\": 16, \"kernel_regularizer\": {\"class_name\": \"L2\"}")
                .withMessageContaining("cannot translate: kernel_regularizer=");
        refuses("Conv1D", ", \"filters\": 8, \"kernel_size\": [3], \"data_format\": \"channels_first\"")
                .withMessageContaining("must have data_format=channels_last");
        refuses("SimpleRNN", ", \"units\": 16.5").withMessageContaining("must have a positive units: units=16.5");
        refuses("Conv1D", ", \"filters\": 16, \"kernel_size\": [3, 5]")
                .withMessageContaining("must have a positive kernel_size: kernel_size=[3,5]");
        refuses("ReLU", ", \"max_value\": 0").withMessageContaining("cannot translate: max_value=0");
        refuses(
                        "SimpleRNN",
                        ", \"units\": 16, \"recurrent_initializer\": {\"class_name\": \"Orthogonal\", \"config\": {\"gain\": 2}}")
                .withMessageContaining("with gain 1: gain=2");
        refuses(
                        "Bidirectional",
                        ", \"layer\": {\"class_name\": \"LSTM\", \"config\": {\"units\": 4, \"return_sequences\": true}},"
                                + " \"backward_layer\": {\"class_name\": \"LSTM\", \"config\": {\"units\": 5, \"return_sequences\": true}}")
                .withMessageContaining("must have a backward_layer like the other layer");
        refuses("Bidirectional", ", \"layer\": {\"class_name\": \"LSTM\", \"config\": {\"units\": 4}}")
                .withMessageContaining("must have return_sequences=True");
    }

    @Test
    void shouldRefuseClassesOfTheUsersOwn() throws IOException {
        Path file = write("""
                {"class_name": "Sequential", "config": {"layers": [
                  {"class_name": "LSTM", "module": "shop", "registered_name": "shop>LSTM", "config": {"units": 16}}]}}""");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkFile.read(file))
                .withMessageContaining("must be a class of Keras: module=shop");
    }

    @Test
    void shouldRefuseModelsWithoutOneState() throws IOException {
        refuses("LSTM", ", \"units\": 16, \"return_sequences\": true")
                .withMessageContaining("must end with one vector for a sequence");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkFile.read(write("{\"class_name\": \"Functional\", \"config\": {}}")))
                .withMessageContaining("must be a Sequential one: class_name=Functional")
                .withMessageContaining("file=");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkFile.read(write("""
                        {"class_name": "Sequential", "config": [{"class_name": "LSTM", "config": {"units": 16}}]}""")))
                .withMessageContaining("must state its input");
    }

    @Test
    void shouldRefuseDamagedHdf5() throws IOException {
        byte[] whole = Files.readAllBytes(resource("lstm.h5"));
        int refused = 0;
        for (int length = 8; length < whole.length; length += 97) {
            Path part = Files.write(folder.resolve("part.h5"), Arrays.copyOf(whole, length));
            try {
                NetworkFile.read(part);
            } catch (IllegalArgumentException e) {
                refused++;
                assertThat(e).hasMessageContaining("file=" + part);
            }
        }
        // The configuration is at the start of the file.
        assertThat(refused).isGreaterThan(20);
    }

    private ThrowableAssertAlternative<IllegalArgumentException> refuses(String type, String settings)
            throws IOException {
        Path file = write(model(type, settings));
        return assertThatIllegalArgumentException().isThrownBy(() -> NetworkFile.read(file));
    }

    private static String model(String type, String settings) {
        return """
                {"class_name": "Sequential", "config": {"layers": [
                  {"class_name": "InputLayer", "config": {"batch_shape": [null, 5, 16]}},
                  {"class_name": "%s", "config": {"name": "the layer"%s}}]}}""".formatted(type, settings);
    }

    private static INDArray parameters(String network) {
        MultiLayerNetwork keras = new MultiLayerNetwork(MultiLayerConfiguration.fromJson(network));
        keras.init();
        keras.paramTable().forEach((name, values) -> values.assign(name.endsWith("b") ? .05 : .1));
        return keras.params().reshape(keras.numParams());
    }

    private static INDArray sequences(int padding) {
        INDArray sequences = Nd4j.create(DataType.FLOAT, 2, DIM, LENGTH);
        for (int s = 0; s < 2; s++) {
            for (int t = s == 0 ? 0 : padding; t < LENGTH; t++) {
                for (int i = 0; i < DIM; i++) {
                    sequences.putScalar(new int[] {s, i, t}, (float) Math.sin((s * LENGTH + t) * DIM + i));
                }
            }
        }
        return sequences;
    }

    private static INDArray mask(int padding) {
        INDArray mask = Nd4j.ones(DataType.FLOAT, 2, LENGTH);
        for (int t = 0; t < padding; t++) {
            mask.putScalar(1, t, 0);
        }
        return mask;
    }

    private Path write(String json) throws IOException {
        return Files.writeString(folder.resolve("model.json"), json);
    }

    private static Path resource(String name) {
        return Path.of(Objects.requireNonNull(KerasNetworkTest.class.getResource(name), name)
                .getPath());
    }
}
