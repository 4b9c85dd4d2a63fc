package io.freshet.app.cli.option;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --batch-clicks}, for commands that run a trainer: sets {@code online.batch.clicks}. */
public final class BatchOption {
    private static final String KEY = "online.batch.clicks";

    @Option(
            names = "--batch-clicks",
            paramLabel = "N",
            description = "Clicks of each training step: exactly N, regardless of timing, so that the model depends on"
                    + " the clicks alone. The last clicks wait until there are N. With several partitions, clicks are"
                    + " taken in order of time, and a quiet partition delays the others. Default: the clicks that have"
                    + " arrived.")
    private @Nullable Integer batchClicks;

    /** Returns the settings, with this one added if the option is given. */
    public Map<String, String> addTo(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        if (batchClicks != null) {
            all.put(KEY, batchClicks.toString());
        }
        return all;
    }
}
