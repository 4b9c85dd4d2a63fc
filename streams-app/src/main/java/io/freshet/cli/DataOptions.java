package io.freshet.cli;

import io.freshet.demo.ClickColumns;
import io.freshet.demo.ClickFileException;
import io.freshet.demo.FinishedClicks;
import io.freshet.offline.SequenceDataset;
import io.freshet.offline.SequenceFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which finished file to read, and how. */
final class DataOptions {
    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "Lines 'user item item ...' in order of time, without a header; or clicks, a CSV or TSV file"
                    + " with a header, as freshet demo replays them. May be gzipped (.gz). Which of the two is found"
                    + " out.")
    private @Nullable Path data;

    @Option(
            names = "--user",
            paramLabel = "COLUMN",
            description = "Clicks: column that names the user. Default: guessed.")
    private @Nullable String user;

    @Option(
            names = "--item",
            paramLabel = "COLUMN",
            description = "Clicks: column that names the item. Default: guessed.")
    private @Nullable String item;

    @Option(
            names = "--time",
            paramLabel = "COLUMN",
            description = "Clicks: column with the time; clicks of a user with the same time stay in file order."
                    + " Default: guessed.")
    private @Nullable String time;

    DataOptions() {}

    /** The file, if one is named. */
    @Nullable
    Path file() {
        return data;
    }

    /**
     * Reads the file.
     *
     * @param rowOf the row of an item, a new one for an item never seen
     */
    SequenceDataset read(Path file, ToIntFunction<String> rowOf) throws IOException, ClickFileException {
        ClickColumns.Names names = new ClickColumns.Names(user, item, time, null, null);
        boolean columnsNamed = user != null || item != null || time != null;
        if (!columnsNamed && !FinishedClicks.isClickFile(file, names)) {
            return SequenceFile.read(file, rowOf);
        }
        SequenceDataset.Builder builder = SequenceDataset.builder(rowOf);
        FinishedClicks.read(file, names, click -> builder.add(click.userId(), click.itemId(), click.timestampMs()));
        return builder.build();
    }
}
