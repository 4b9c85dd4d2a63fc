package io.freshet.app.cli.option;

import io.freshet.app.clickfile.ClickFileException;
import io.freshet.app.clickfile.ClickFileOptions;
import io.freshet.app.clickfile.ClickFileSummary;
import io.freshet.app.clickfile.ClickFiles;
import io.freshet.training.fit.SequenceDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that select click files to read, and their format. */
public final class DataOptions {
    @Option(
            names = "--data",
            paramLabel = "FILE",
            arity = "1..*",
            description =
                    "Clicks: CSV or TSV with a header, JSON lines, Parquet, or lines 'user item item ...' in order of"
                            + " time. Several files, folders and globs are read in order; files may be packed with"
                            + " gzip or zstd. The layout that was found is printed before the model learns.")
    private List<String> data = List.of();

    @Mixin
    private ClickFileOptions format;

    /** All clicks of the files, grouped by user, with a summary of the input. */
    public record Data(SequenceDataset sequences, ClickFileSummary summary) {}

    /** Returns whether a file is named. */
    public boolean isNamed() {
        return !data.isEmpty();
    }

    /**
     * Returns the name of the first file without its folders, for reports.
     *
     * @param command the command whose usage is refused if no file is named or one cannot be read
     */
    public String name(CommandSpec command) {
        if (data.isEmpty()) {
            throw new ParameterException(command.commandLine(), "Missing required option: --data FILE");
        }
        for (String source : data) {
            if (!ClickFiles.isGlob(source) && !Files.isReadable(Path.of(source))) {
                throw new ParameterException(
                        command.commandLine(), "--data: no such file, or no right to read it: " + source);
            }
        }
        return String.valueOf(Path.of(data.getFirst()).getFileName());
    }

    /**
     * Reads the files.
     *
     * @param rowOf returns the row of an item, a new one if the item is unknown
     * @param say receives the lines that describe the files to the user
     * @throws ClickFileException if they cannot be read, or too many rows give no click
     */
    public Data read(ToIntFunction<String> rowOf, Consumer<String> say) throws IOException {
        ClickFiles files = ClickFiles.open(data, format, InstantSource.system());
        files.describe().forEach(say);
        SequenceDataset.Builder builder = SequenceDataset.builder(rowOf);
        Set<Event> events = new HashSet<>();
        long[] repeated = {0};
        ClickFileSummary summary = files.readWhile(click -> {
            if (click.eventId() == null || events.add(new Event(click.userId(), click.eventId()))) {
                builder.add(click.userId(), click.itemId(), click.timestampMs());
            } else {
                repeated[0]++;
            }
            return true;
        });
        summary = summary.withRepeatedClicks(repeated[0]);
        summary.lines().forEach(say);
        return new Data(builder.buildInOrderOfTime(), summary);
    }

    /** The identity of a click: a second click with the same user and id is a repetition. */
    private record Event(String user, String id) {}
}
