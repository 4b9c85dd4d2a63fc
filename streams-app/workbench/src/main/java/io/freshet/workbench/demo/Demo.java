package io.freshet.workbench.demo;

import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.console.ProgressLine;
import io.freshet.app.clickfile.ClickFileException;
import io.freshet.app.clickfile.ClickFileSummary;
import io.freshet.app.clickfile.ClickFiles;
import io.freshet.app.feed.ClickGenerator;
import io.freshet.app.feed.ClickSource;
import io.freshet.app.feed.FeedFailedException;
import io.freshet.app.feed.FileClicks;
import io.freshet.app.feed.StopSignal;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.ScoringKeys;
import io.freshet.testkit.broker.EmbeddedKafka;
import io.freshet.workbench.demo.console.FrameText;
import io.freshet.workbench.demo.console.Glyphs;
import io.freshet.workbench.demo.console.LiveView;
import io.freshet.workbench.demo.console.Paint;
import io.freshet.workbench.demo.state.DemoLog;
import io.freshet.workbench.demo.state.DemoOrigin;
import io.freshet.workbench.demo.state.DemoState;
import io.freshet.workbench.demo.state.DemoTopics;
import io.freshet.workbench.demo.state.PagePort;
import io.freshet.workbench.demo.state.StateFolder;
import io.freshet.workbench.demo.state.StateFolderException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * A complete Freshet in this process, with its own broker and clicks that are fed into it.
 *
 * <p>Runs once, until it is stopped, its time is up, or all its clicks are processed.
 */
public final class Demo {
    private static final String EARLIEST_CLICK = "sequencer.earliest.click.ms";
    private static final String EARLIEST_CLICK_VARIABLE = "FRESHET_SEQUENCER_EARLIEST_CLICK_MS";
    private static final Duration TOPIC_TIMEOUT = Duration.ofSeconds(30);

    private final DemoOptions options;
    private final PrintStream out;
    private final StopSignal stop;
    private final long startNanos = System.nanoTime();
    private final boolean live;

    /** @param out where the demo reports; a live view is drawn only if this is a terminal */
    public Demo(DemoOptions options, PrintStream out, StopSignal stop) {
        this.options = options;
        this.out = out;
        this.stop = stop;
        this.live = !options.output().quiet() && ProgressLine.isTerminal();
    }

    /**
     * Runs the demo and writes its summary.
     *
     * @throws ClickFileException if the clicks cannot be read with the given options, or too many rows yield no click
     * @throws StateFolderException if the demo cannot continue with the state folder
     * @throws FeedFailedException if a component failed, or some clicks were not processed
     */
    public void run() throws IOException, FeedFailedException {
        @Nullable ClickFiles files = options.source().clicks().isEmpty() ? null : openClicks();
        @Nullable ClickFileSummary input = files == null ? null : check(files);
        try (StateFolder state = StateFolder.open(options.stateDir());
                var _ = DemoLog.to(state.logFile())) {
            origin(files).agreeWith(state);
            say("State in " + state.path() + (state.isTemporary() ? ", deleted at the end; --state DIR keeps it" : ""));
            runOn(state, files, input);
        }
    }

    private ClickFiles openClicks() throws IOException {
        ClickFiles files =
                ClickFiles.open(options.source().clicks(), options.source().format(), InstantSource.system());
        files.requireTimes();
        return files;
    }

    /** Reads the files to the end before anything is learned, so that unusable files are rejected up front. */
    private ClickFileSummary check(ClickFiles files) throws IOException {
        files.describe().forEach(this::say);
        ClickFileSummary input = files.readWhile(_ -> !stop.isRaised());
        if (!options.output().quiet()) {
            input.lines().forEach(out::println);
        } else {
            input.leftOutLines().forEach(out::println);
        }
        input.orderWarning().ifPresent(out::println);
        out.flush();
        return input;
    }

    private void runOn(StateFolder state, @Nullable ClickFiles files, @Nullable ClickFileSummary input)
            throws IOException, FeedFailedException {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(state.kafka())) {
            say("Kafka at " + kafka.bootstrapServers() + ", log file " + state.logFile());
            String description =
                    files == null ? describeGenerator() : files.describe().getFirst();
            say("Clicks from " + description);
            FreshetConfig config = configuration(kafka, state);
            if (config.http().isOn()) {
                say("Page at " + config.http().url());
            }
            TopicSetup.run(config, TOPIC_TIMEOUT);
            DemoTopics.keepEverything(config);
            try (DemoRun run = new DemoRun(options, config, source(files), description, startNanos, stop)) {
                try (LiveView view = view()) {
                    run.show(view, description);
                }
                say("Ending: finishing the last step, writing a snapshot, closing the stores");
                print(run.finish().withInput(input));
            }
        }
    }

    private FreshetConfig configuration(EmbeddedKafka kafka, StateFolder state) throws IOException {
        Map<String, String> settings =
                new HashMap<>(DemoState.settings(options.partitions(), options.settings(), kafka, state));
        settings.putAll(PagePort.defaultUnlessSet(options.settings(), options.environment()));
        if (!options.source().clicks().isEmpty()
                && !options.settings().containsKey(EARLIEST_CLICK)
                && !options.environment().containsKey(EARLIEST_CLICK_VARIABLE)) {
            // The reader of the files has already checked the times, and it accepts earlier times than the default.
            settings.put(EARLIEST_CLICK, "0");
        }
        FreshetConfig config = FreshetConfig.load(null, options.environment(), settings);
        if (config.get(ScoringKeys.AVRO)) {
            throw new ConfigException(
                    ScoringKeys.AVRO + " must be json in the demo, which reads the recommendations itself");
        }
        return config;
    }

    private void print(Summary summary) throws IOException {
        JsonFile.write(options.output().json(), summary);
        DemoReport.lines(summary).forEach(out::println);
        out.flush();
    }

    private ClickSource source(@Nullable ClickFiles files) {
        return files == null
                ? new ClickGenerator(options.source().generator(), InstantSource.system())
                : new FileClicks(files.reader());
    }

    private DemoOrigin origin(@Nullable ClickFiles files) throws IOException {
        return files == null
                ? DemoOrigin.ofGenerator(options.source().generator(), options.partitions())
                : DemoOrigin.ofFiles(files, options.partitions());
    }

    private String describeGenerator() {
        return String.format(
                Locale.ROOT,
                "the generator: %d users, %d items and growing, seed %d",
                options.source().generator().users(),
                options.source().generator().items(),
                options.source().generator().seed());
    }

    private LiveView view() {
        if (options.output().quiet()) {
            return new LiveView.Silent();
        }
        Glyphs glyphs = Glyphs.in(Charset.forName(System.getProperty("stdout.encoding", "US-ASCII")));
        Paint paint = live && System.getenv("NO_COLOR") == null ? Paint.ANSI : Paint.NONE;
        FrameText text = new FrameText(glyphs, paint);
        return live ? new LiveView.OnTerminal(out, text) : new LiveView.Lines(out, text);
    }

    private void say(String line) {
        if (!options.output().quiet()) {
            out.println(line);
            out.flush();
        }
    }
}
