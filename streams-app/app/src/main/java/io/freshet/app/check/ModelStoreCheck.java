package io.freshet.app.check;

import io.freshet.model.encoder.EncoderTypes;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.ModelSettings;
import io.freshet.service.config.ModelStores;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.StoreLocation;
import io.freshet.store.format.FormatException;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.store.snapshot.TopicPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Checks that the model store can be read and, for a trainer, written. Reports the newest snapshot. */
record ModelStoreCheck(FreshetConfig config, Roles roles) implements Check {
    private static final String STORE = "model-store";
    private static final String PROBE = "freshet-check";
    private static final String SNAPSHOT = "snapshot";

    /** Longest value of a setting in a message; the description of a network has thousands of characters. */
    private static final int LONGEST_VALUE = 60;

    @Override
    public void run(Consumer<Finding> found) {
        StoreLocation place = config.modelStore();
        if (roles.trainer() && place instanceof StoreLocation.Folder folder) {
            found.accept(new WritableDirCheck(STORE, "model.store.path", folder.path()).writable());
        }
        try {
            SnapshotStore store = ModelStores.open(config);
            List<String> versions = store.versions(config.get(ModelStoreKeys.MODEL_NAME));
            if (roles.trainer() && place instanceof StoreLocation.Bucket) {
                writeAndDelete(store);
                found.accept(Finding.ok(STORE, place + " can be read and written"));
            } else if (!roles.trainer()) {
                found.accept(Finding.ok(STORE, place + " can be read"));
            }
            found.accept(versions.isEmpty() ? none(place) : newest(store, versions));
        } catch (IOException e) {
            found.accept(unusable(place, String.valueOf(e.getMessage())));
        }
    }

    /** Saves and deletes a probe snapshot; write access to a bucket can be found out only by writing. */
    private static void writeAndDelete(SnapshotStore store) throws IOException {
        ManifestDraft draft = new ManifestDraft(PROBE, 0, Instant.now())
                .covering(new TopicPosition(PROBE, 0, 0), new TopicPosition(PROBE, 0, 0), List.of())
                .held(true);
        SnapshotFiles files = new SnapshotFiles().add("probe", file -> Files.writeString(file, PROBE));
        store.delete(PROBE, store.save(draft, files).version());
    }

    /** Converts a failure to a finding. The messages of the store's own failures end with "; " and the remedy. */
    private static Finding unusable(StoreLocation place, String message) {
        int remedy = message.lastIndexOf("; ");
        return remedy < 0
                ? Finding.problem(
                        STORE, "must be usable: " + place + ": " + message, "check who may read and write there")
                : Finding.problem(STORE, message.substring(0, remedy), message.substring(remedy + 2));
    }

    private Finding none(StoreLocation place) {
        String what =
                "there is no snapshot of model " + config.get(ModelStoreKeys.MODEL_NAME) + " in " + place + " yet";
        if (roles.trainer()) {
            return Finding.note(
                    SNAPSHOT, what + ": the trainer starts with a new model, and writes the first" + " snapshot");
        }
        return Finding.warning(
                SNAPSHOT,
                what + ": answers are popular items until there is one",
                "run a trainer with the same model.store.* and model.name");
    }

    /** Returns the keys whose values differ, with both values. */
    private static String difference(ModelConfig snapshot, ModelConfig configured) {
        List<String> differences = new ArrayList<>();
        compare("model.encoder", snapshot.encoder().type(), configured.encoder().type(), differences);
        Map<String, Object> there = snapshot.encoder().describe();
        Set<String> settings =
                new HashSet<>(EncoderTypes.named(configured.encoder().type()).settings());
        settings.addAll(List.of(EncoderTypes.DIM, EncoderTypes.MAX_LENGTH));
        configured.encoder().describe().forEach((setting, here) -> {
            if (settings.contains(setting) && there.containsKey(setting)) {
                compare(ModelSettings.key(setting), there.get(setting), here, differences);
            }
        });
        compare("model.item.deviation", snapshot.itemDeviation(), configured.itemDeviation(), differences);
        compare("model.seed", snapshot.seed(), configured.seed(), differences);
        return String.join(", ", differences);
    }

    private static void compare(String key, Object snapshot, Object configured, List<String> differences) {
        if (!snapshot.equals(configured)) {
            differences.add(key + "=" + shortened(configured) + ", snapshot=" + shortened(snapshot));
        }
    }

    private static String shortened(Object value) {
        String text = value.toString();
        return text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE) + "…";
    }

    private Finding newest(SnapshotStore store, List<String> versions) {
        String newest = versions.getLast();
        try {
            Manifest manifest = store.manifest(config.get(ModelStoreKeys.MODEL_NAME), newest);
            if (roles.trainer()) {
                String difference = difference(
                        ModelSnapshot.config(manifest), config.trainer().model());
                if (!difference.isEmpty()) {
                    return Finding.problem(
                            SNAPSHOT,
                            "a model's network and seed cannot change, and snapshot " + newest + " has others: "
                                    + difference,
                            "set these keys to the snapshot's values, or start a new model with another model.name");
                }
            }
            return Finding.ok(
                    SNAPSHOT,
                    versions.size() + " of model " + config.get(ModelStoreKeys.MODEL_NAME) + ", the newest " + newest
                            + " of " + manifest.createdAt().truncatedTo(ChronoUnit.SECONDS));
        } catch (IOException | FormatException | IllegalArgumentException e) {
            return Finding.warning(
                    SNAPSHOT,
                    "the newest snapshot, " + newest + ", cannot be used: " + e.getMessage(),
                    "run freshet models verify for details; an older snapshot is used meanwhile");
        }
    }
}
