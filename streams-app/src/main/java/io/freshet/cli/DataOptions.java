package io.freshet.cli;

import io.freshet.demo.ClickColumns;
import io.freshet.demo.ClickFileException;
import io.freshet.demo.FinishedClicks;
import io.freshet.offline.SequenceDataset;
import io.freshet.offline.SequenceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

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

    /** Whether a file is named. */
    boolean isNamed() {
        return data != null;
    }

    /**
     * The file.
     *
     * @param command that refuses one that is not named or not there
     */
    Path file(CommandSpec command) {
        if (data == null) {
            throw new ParameterException(command.commandLine(), "Say what to read: --data FILE");
        }
        if (!Files.isReadable(data)) {
            throw new ParameterException(
                    command.commandLine(), "--data: no such file, or no right to read it: " + data);
        }
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
