package io.freshet.dl4j;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.SnapshotFiles;
import io.freshet.training.learner.Learner;
import io.freshet.training.learner.LearnerSnapshot;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.optimizer.Adam;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads a snapshot of Caser with {@code states.py}, which uses no code of Freshet or DL4J. */
class PythonSnapshotTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int D = 16;
    private static final List<int[]> HISTORIES =
            List.of(new int[] {0, 1, 2, 3, 4}, new int[] {7}, new int[] {5, 5, 9}, new int[] {1, 2, 3, 4, 5, 6, 7, 8});

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @Test
    void shouldHaveTheStatesThatAreServed() throws Exception {
        assumeTrue(startsPython(), "no python3 on the path");
        Dl4jShape shape = Networks.caser(D);
        ModelConfig config = new ModelConfig(shape, .3f, 42);
        TrainingConfig training = new TrainingConfig(
                new Adam.Settings(1e-3f, .9f, .999f, 1e-8f, 0f), 0f, LossConfig.crossEntropy(), 1, 1);
        try (RecommenderModel model = RecommenderModel.initial(config);
                Learner learner = new Learner(model, training);
                HistoryEncoder serving = shape.serving(Products.forThisCpu(), HISTORIES.size() * shape.maxLength())) {
            for (int item = 0; item < 10; item++) {
                learner.addIfAbsent("item " + item);
            }
            for (long i = 0; i < model.denseSize(); i++) { // so that biases affect the states, too
                float value = model.dense().getAtIndex(ValueLayout.JAVA_FLOAT, i);
                model.dense().setAtIndex(ValueLayout.JAVA_FLOAT, i, value + .1f * (i % 7 - 3));
            }
            SequenceBatch batch = new SequenceBatch(shape);
            HISTORIES.forEach(rows -> batch.addHistory(rows, 0, rows.length));

            Matrix served = serving.encode(batch, 0, HISTORIES.size(), model.items(), model.dense());

            List<double[]> states = statesInPython(save(learner, config));
            assertThat(states).hasSameSizeAs(HISTORIES);
            for (int s = 0; s < HISTORIES.size(); s++) {
                for (int c = 0; c < D; c++) {
                    assertThat((double) served.get(s, c))
                            .as("history %d, column %d", s, c)
                            .isCloseTo(states.get(s)[c], within(1e-4));
                }
            }
        }
    }

    private Path save(Learner learner, ModelConfig config) throws IOException {
        SnapshotFiles files = new SnapshotFiles();
        LearnerSnapshot.addTo(files, learner);
        String version = new FileSnapshotStore(folder)
                .save(ModelSnapshot.draft("shop", config, 1, Instant.EPOCH), files)
                .version();
        return folder.resolve("shop").resolve(version);
    }

    private List<double[]> statesInPython(Path snapshot) throws Exception {
        Path script = folder.resolve("states.py");
        try (InputStream in = Objects.requireNonNull(
                ModelSnapshot.class.getResourceAsStream("/io/freshet/training/learner/states.py"))) {
            Files.copy(in, script);
        }
        Path histories = folder.resolve("histories");
        for (int[] rows : HISTORIES) {
            List<String> items =
                    Arrays.stream(rows).mapToObj(row -> "item " + row).toList();
            Files.writeString(histories, JSON.writeValueAsString(items) + "\n", CREATE, APPEND);
        }
        Path output = folder.resolve("states");
        Path errors = folder.resolve("errors");
        Process python = new ProcessBuilder("python3", script.toString(), snapshot.toString())
                .redirectInput(histories.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        assertThat(python.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(python.exitValue()).as(Files.readString(errors)).isZero();
        List<double[]> states = new ArrayList<>();
        for (String line : Files.readAllLines(output)) {
            states.add(JSON.readValue(line, double[].class));
        }
        return states;
    }

    private static boolean startsPython() throws InterruptedException {
        try {
            return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
