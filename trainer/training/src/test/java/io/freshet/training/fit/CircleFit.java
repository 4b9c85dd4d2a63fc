package io.freshet.training.fit;

import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.tensor.Lanes;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.metrics.SeenItems;
import io.freshet.training.optimizer.Adam;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A fit of walks around a circle of items, with the default width, batches of several chunks, and dropout. Also a
 * program, which begins in a JVM that has compiled nothing.
 */
final class CircleFit {
    private static final int ITEMS = 150;
    private static final int USERS = 150;
    private static final int EPOCHS = 3;

    private CircleFit() {}

    /** {@code CircleFit FOLDER WORKERS RESULT}: writes the result of {@link #digests} to the file RESULT. */
    public static void main(String[] arguments) throws IOException {
        Files.write(Path.of(arguments[2]), digests(Path.of(arguments[0]), Integer.parseInt(arguments[1])));
    }

    /** Writes the snapshot to the folder and returns the name and SHA-256 of each file. */
    static List<String> digests(Path folder, int workers) throws IOException {
        Vocabulary items = new Vocabulary();
        try (Fit fit = new Fit(walks(items), items, config(workers))) {
            FitResult result = fit.run(FitListener.SILENT, () -> false);
            Manifest manifest = new FitSnapshot(fit, result, Map.of(), LearningConfig.DEFAULT)
                    .save(new FileSnapshotStore(folder), "workers-" + workers, Instant.EPOCH);
            return manifest.files().stream()
                    .map(file -> file.name() + " " + file.sha256())
                    .sorted()
                    .toList();
        }
    }

    private static FitConfig config(int workers) {
        TrainingConfig training = new TrainingConfig(
                new Adam.Settings(5e-3f, .9f, .999f, 1e-8f, 1e-6f), .3f, LossConfig.scaledCrossEntropy(50), workers, 2);
        SasRecConfig encoder = new SasRecConfig(4 * Lanes.WIDTH, 12, 2, 1);
        return new FitConfig(
                encoder,
                FitConfig.XAVIER,
                11,
                training,
                new FitConfig.Epochs(EPOCHS, LearningRateSchedule.CONSTANT, 75),
                new FitConfig.Validation(3, SeenItems.RANKED, HeldOutUsers.ALL, 0));
    }

    private static SequenceDataset walks(Vocabulary items) {
        SequenceDataset.Builder builder = SequenceDataset.builder(items::addIfAbsent);
        for (int user = 0; user < USERS; user++) {
            int length = 5 + user % 11;
            for (int i = 0; i < length; i++) {
                builder.add("user-" + user, "item-" + (7 * user + i) % ITEMS, i);
            }
        }
        return builder.build();
    }
}
