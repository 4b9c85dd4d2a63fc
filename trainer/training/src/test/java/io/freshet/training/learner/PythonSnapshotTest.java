package io.freshet.training.learner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.ParameterLayout.Parameter;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.network.Bert4RecConfig;
import io.freshet.model.encoder.network.BsaRecConfig;
import io.freshet.model.encoder.network.FmlpRecConfig;
import io.freshet.model.encoder.network.Gru4RecConfig;
import io.freshet.model.encoder.network.LruRecConfig;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.optimizer.Adam;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests that {@code states.py} can read snapshots by the names, shapes and order of their tensors, without any code of
 * Freshet.
 */
class PythonSnapshotTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ITEMS = 12;
    private static final List<int[]> HISTORIES =
            List.of(new int[] {0, 1, 2, 3, 4}, new int[] {7}, new int[] {5, 5, 9}, new int[] {
                1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1
            });

    @TempDir
    private Path folder;

    static Stream<EncoderShape> shapes() {
        return Stream.of(
                new SasRecConfig(32, 6, 2, 2),
                new Gru4RecConfig(16, 6),
                new LruRecConfig(16, 6, 2),
                new FmlpRecConfig(16, 6, 2),
                new FmlpRecConfig(16, 7, 1),
                new BsaRecConfig(32, 6, 2, 2),
                new Bert4RecConfig(32, 6, 2, 2));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldHaveTheStatesThatAreServed(EncoderShape shape) throws Exception {
        assumeTrue(startsPython(), "no python3 on the path");
        ModelConfig config = new ModelConfig(shape, .3f, 42);
        Adam.Settings adam = new Adam.Settings(1e-3f, .9f, .999f, 1e-8f, 0f);
        try (RecommenderModel model = RecommenderModel.initial(config);
                Learner learner = new Learner(model, new TrainingConfig(adam, 0f, LossConfig.crossEntropy(), 1, 1));
                HistoryEncoder encoder =
                        shape.serving(Products.forThisCpu(), HISTORIES.size() * shape.places(shape.maxLength()))) {
            for (int item = 0; item < ITEMS; item++) {
                learner.addIfAbsent("item \\ " + item);
            }
            moveFromTheBeginning(model);
            SequenceBatch batch = new SequenceBatch(shape);
            HISTORIES.forEach(rows -> batch.addHistory(rows, 0, rows.length));

            Matrix served = encoder.encode(batch, 0, HISTORIES.size(), model.items(), model.dense());

            double[][] states = statesInPython(save(learner));
            assertThat(states).hasNumberOfRows(HISTORIES.size());
            for (int s = 0; s < HISTORIES.size(); s++) {
                assertThat(states[s]).hasSize(shape.dim());
                for (int c = 0; c < shape.dim(); c++) {
                    assertThat((double) served.get(s, c))
                            .as("history %d, column %d", s, c)
                            .isCloseTo(states[s][c], within(1e-4));
                }
            }
        }
    }

    /** Moves gains, biases and pads away from 1 and 0, so that each affects the states. */
    private static void moveFromTheBeginning(RecommenderModel model) {
        for (Parameter p : model.layout().parameters()) {
            for (int i = 0; i < p.size(); i++) {
                float value = model.dense().getAtIndex(ValueLayout.JAVA_FLOAT, p.start() + i);
                float moved = p.rows() == 1 ? value + .1f * (i % 7 - 3) : 4 * value;
                model.dense().setAtIndex(ValueLayout.JAVA_FLOAT, p.start() + i, moved);
            }
        }
    }

    private Path save(Learner learner) throws IOException {
        ModelConfig config = learner.model().config();
        SnapshotFiles files = new SnapshotFiles();
        LearnerSnapshot.addTo(files, learner);
        ManifestDraft draft = ModelSnapshot.draft("shop", config, 1, Instant.EPOCH);
        String version = new FileSnapshotStore(folder).save(draft, files).version();
        return folder.resolve("shop").resolve(version);
    }

    private double[][] statesInPython(Path snapshot) throws Exception {
        Path script = folder.resolve("states.py");
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("states.py"))) {
            Files.copy(in, script);
        }
        StringBuilder histories = new StringBuilder();
        for (int[] rows : HISTORIES) {
            histories
                    .append(JSON.writeValueAsString(Arrays.stream(rows)
                            .mapToObj(row -> "item \\ " + row)
                            .toList()))
                    .append('\n');
        }
        Path input = Files.writeString(folder.resolve("histories"), histories);
        Path output = folder.resolve("states");
        Path errors = folder.resolve("errors");
        Process python = new ProcessBuilder("python3", script.toString(), snapshot.toString())
                .redirectInput(input.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        assertThat(python.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(python.exitValue()).as(Files.readString(errors)).isZero();
        return Files.readString(output, UTF_8)
                .lines()
                .map(PythonSnapshotTest::numbers)
                .toArray(double[][]::new);
    }

    private static double[] numbers(String line) {
        try {
            return JSON.readValue(line, double[].class);
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    private static boolean startsPython() throws InterruptedException {
        try {
            return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
