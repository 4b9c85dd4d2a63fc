package io.freshet.app.cli.run;

import io.freshet.app.check.Reachability;
import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.console.ProgressLine;
import io.freshet.app.cli.option.ConfigOptions;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.clickfile.ClickFileException;
import io.freshet.app.clickfile.ClickFileOptions;
import io.freshet.app.clickfile.ClickFileSummary;
import io.freshet.app.clickfile.ClickFiles;
import io.freshet.app.clickfile.ClickReader;
import io.freshet.app.feed.ClickImport;
import io.freshet.app.feed.ClickSort;
import io.freshet.app.feed.Pace;
import io.freshet.app.feed.StopSignal;
import io.freshet.client.click.Click;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.SequencerKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.runtime.OtherApplications;
import io.freshet.service.sequencer.ClickRules;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet import}. */
@Command(
        name = "import",
        description = {
            "Sends clicks of the past to your Kafka before you go live. The streams role makes the users' histories of"
                    + " them and the trainer learns them, but no recommendation is written for them. The order of the"
                    + " rows does not matter: the clicks are sorted by time first. Live clicks may come at the same"
                    + " time, and are answered.",
            "",
            "After Ctrl-C or a failure, run the same command again to continue. Each click is sent once, as long as"
                    + " the files, their names and order, and the options that read them stay the same.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet import --clicks clicks-2025.csv --config freshet.properties",
            "      the first lines say how the file was read; the last ones, what became of the clicks",
            "  freshet import --clicks 'events/*.parquet' --temp /data/tmp --json import.json",
            "      clicks that do not fit into memory are sorted in /data/tmp",
            "  freshet import --clicks clicks.csv --rate 2000 --no-wait",
            "      a system that is live already keeps room for its live clicks"
        })
public final class ImportCommand extends FreshetCommand {
    private static final Duration TOPIC_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration SILENCE = Duration.ofSeconds(30);

    @Option(
            names = "--clicks",
            paramLabel = "FILE",
            arity = "1..*",
            required = true,
            description = "Clicks with times, in any order: CSV or TSV with a header, JSON lines or Parquet. Several"
                    + " files, folders and globs are read together; files may be packed with gzip or zstd. The layout"
                    + " that was found is printed, and all files are read, before the first click is sent.")
    private List<String> clicks = List.of();

    @Mixin
    private ClickFileOptions format;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Most clicks per second. Default: as fast as Kafka takes them.")
    private @Nullable Double rate;

    @Option(
            names = "--no-wait",
            description = "End when the clicks are on the topic. Default: wait until the streams role has sequenced"
                    + " them.")
    private boolean noWait;

    @Option(
            names = "--temp",
            paramLabel = "DIR",
            description = "Folder for clicks that do not fit into memory, about 150 bytes each, until the command ends."
                    + " Default: the system's folder for temporary files.")
    private Path temp = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description =
                    "Write the numbers of the last lines to this file at the end, also after Ctrl-C while clicks are"
                            + " sent.")
    private @Nullable Path json;

    @Mixin
    private ConfigOptions options;

    /** What goes into the {@code --json} file. */
    private record Report(ClickImport.Result result, ClickFileSummary input) {}

    @Override
    public Integer call() throws Exception {
        if (rate != null && !(rate > 0 && rate <= 1e6)) {
            throw refused("--rate must be above 0 and at most 1000000: " + rate);
        }
        if (!Files.isDirectory(temp) || !Files.isWritable(temp)) {
            throw refused("--temp must be a folder that can be written: " + temp);
        }
        FreshetConfig loaded = options.load(spec);
        ClickFiles files = ClickFiles.open(clicks, format, InstantSource.system());
        files.requireTimes();
        StopSignal stop = StopSignal.onShutdown();
        try (stop;
                ClickSort sort = new ClickSort(temp, ClickSort.USUAL_MEMORY)) {
            return run(loaded, files, sort, stop);
        }
    }

    /** Returns the exit code. */
    private int run(FreshetConfig loaded, ClickFiles files, ClickSort sort, StopSignal stop) throws Exception {
        PrintStream out = System.out;
        ProgressLine line = ProgressLine.on(out);
        files.describe().forEach(line::leave);
        Reachability.require(loaded);
        ClickFileSummary summary = read(files, sort, new ClickRules(loaded), line, stop);
        if (stop.isRaised()) {
            line.leave("Stopped before a click was sent");
            return ExitCode.OK;
        }
        summary.lines().forEach(line::leave);
        if (sort.bytesOnDisk() > 0) {
            line.leave(String.format(Locale.ROOT, "  sorted in %s, %,d MB", temp, sort.bytesOnDisk() >> 20));
        }
        TopicSetup.run(loaded, TOPIC_TIMEOUT);
        if (!noWait) {
            OtherApplications.requireNone(loaded, true); // this one's streams role would never sequence the clicks
        }
        Pace pace = rate == null ? new Pace.Unlimited() : new Pace.Rate(rate, false);
        Shown shown = new Shown(line, loaded);
        line.show("looking for clicks that an earlier run has sent");
        ClickImport.Result result = new ClickImport(loaded, sort, pace, !noWait, shown::show).run(stop);
        line.clear();
        tell(out, result, loaded);
        JsonFile.write(json, new Report(result, summary));
        ClickImport.Outcomes outcomes = result.outcomes();
        return outcomes == null || outcomes.deadLetters() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    /** Reads and sorts all clicks. Refuses files with clicks that the sequencer would refuse. */
    private static ClickFileSummary read(
            ClickFiles files, ClickSort sort, ClickRules rules, ProgressLine line, StopSignal stop) throws IOException {
        long nowMs = System.currentTimeMillis();
        long refusedClicks = 0;
        ClickRules.Refusal first = null;
        try (ClickReader reader = files.reader()) {
            for (Click click = reader.next(); click != null && !stop.isRaised(); click = reader.next()) {
                ClickRules.Refusal refusal = rules.ofRecord(click, nowMs);
                if (refusal == null) {
                    sort.add(click);
                } else {
                    refusedClicks++;
                    first = first == null ? refusal : first;
                }
                if (line.isDue()) {
                    line.show(String.format(Locale.ROOT, "reading and sorting  %,d rows", reader.position()));
                }
            }
            if (first != null) {
                throw new ClickFileException(String.format(
                        Locale.ROOT,
                        "The streams role would refuse %,d of these clicks, the first because %s. Correct the times, or set"
                                + " %s or %s, for this command and for the streams role",
                        refusedClicks,
                        first.detail(),
                        SequencerKeys.EARLIEST_CLICK.name(),
                        SequencerKeys.FUTURE_BOUND.name()));
            }
            return reader.summary();
        }
    }

    /** The progress line while clicks are sent and sequenced. */
    private static final class Shown {
        private final ProgressLine line;
        private final FreshetConfig config;
        private ClickImport.Progress newest = new ClickImport.Progress(0, 0, 0);
        private long changedNanos = System.nanoTime();

        Shown(ProgressLine line, FreshetConfig config) {
            this.line = line;
            this.config = config;
        }

        void show(ClickImport.Progress progress) {
            if (!progress.equals(newest)) {
                newest = progress;
                changedNanos = System.nanoTime();
            }
            if (line.isDue()) {
                long sequenced = Math.max(0, progress.onTopic() - progress.behind());
                String hint = System.nanoTime() - changedNanos > SILENCE.toNanos()
                        ? "  nothing moves: does a streams role with application.id="
                                + config.get(ProcessKeys.APPLICATION_ID) + " run?"
                        : "";
                line.show(String.format(
                        Locale.ROOT,
                        "sent %s  %,d of %,d, sequenced %,d%s",
                        line.bar((double) progress.onTopic() / progress.total()),
                        progress.onTopic(),
                        progress.total(),
                        sequenced,
                        hint));
            }
        }
    }

    private void tell(PrintStream out, ClickImport.Result result, FreshetConfig loaded) {
        out.printf(
                Locale.ROOT,
                "Sent %,d clicks to %s%s, in %.1f s%n",
                result.sent(),
                loaded.get(TopicKeys.CLICKS),
                result.sentBefore() == 0
                        ? ""
                        : String.format(Locale.ROOT, "; %,d were sent by an earlier run", result.sentBefore()),
                result.seconds());
        ClickImport.Outcomes outcomes = result.outcomes();
        if (!result.complete()) {
            out.println("Stopped before all clicks were sent. Run the same command again to continue");
        } else if (outcomes != null) {
            out.printf(
                    Locale.ROOT,
                    "%s %,d accepted, %,d to the dead letters%s%n",
                    result.sentBefore() == 0 ? "Sequenced:" : "Sequenced in this run:",
                    outcomes.accepted(),
                    outcomes.deadLetters(),
                    outcomes.dropped() == null
                            ? "; clicks that were sequenced before it are not counted"
                            : String.format(
                                    Locale.ROOT, ", %,d dropped as duplicates or too late", outcomes.dropped()));
            if (outcomes.deadLetters() > 0) {
                out.printf(
                        Locale.ROOT,
                        "Next: read the header freshet.reason of these records on %s. Correct the cause, and import the"
                                + " corrected clicks from a file of their own%n",
                        loaded.get(TopicKeys.DEAD_LETTERS));
            } else {
                out.println("Next: the trainer learns them. Go live when freshet_trainer_lag is near 0");
            }
        } else {
            out.println(
                    "All clicks are on the topic; not waited until they are sequenced. Next: the trainer learns them."
                            + " Go live when freshet_trainer_lag is near 0");
        }
        out.flush();
    }
}
