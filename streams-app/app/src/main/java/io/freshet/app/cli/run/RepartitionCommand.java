package io.freshet.app.cli.run;

import io.freshet.app.check.Reachability;
import io.freshet.app.cli.console.Environment;
import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.console.ProgressLine;
import io.freshet.app.cli.option.ConfigOptions;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.feed.StopSignal;
import io.freshet.app.repartition.Repartition;
import io.freshet.app.repartition.RepartitionPlan;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.TopicKeys;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet repartition}. */
@Command(
        name = "repartition",
        description = {
            "Moves a running system to more partitions. Copies the state of the present application, which --config names,"
                    + " into a new application.id with new topics of clicks, while the present one still serves. Run it"
                    + " again until little is left to copy. Then end the present application, and run it with --finish: it"
                    + " copies the rest, and forwards each click that the present application has not processed. The new"
                    + " application starts after that. operations.md, \"More partitions\", has every step.",
            "",
            "After Ctrl-C or a failure, run the same command again to continue. No click is lost or processed twice.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet repartition --into shop-32 --partitions 32 --config freshet.properties",
            "      copy the state, and print the settings of the new application",
            "  freshet repartition --into shop-32 --partitions 32 --config freshet.properties --finish",
            "      after the present application has ended",
            "  freshet repartition --into shop-32 --partitions 32 --config freshet.properties --forward",
            "      while producers change to the new topic one after the other; ends with Ctrl-C"
        })
public final class RepartitionCommand extends FreshetCommand {
    private static final int MOST_PARTITIONS = 10_000;

    @Option(
            names = "--into",
            paramLabel = "APPLICATION_ID",
            required = true,
            description = "The application.id of the new application.")
    private String into = "";

    @Option(
            names = "--partitions",
            paramLabel = "N",
            required = true,
            description = "Number of partitions of the new topics of clicks and of the new state.")
    private int partitions;

    @Option(
            names = "--into-config",
            paramLabel = "FILE",
            description =
                    "The configuration of the new application. Default: that of --config and --set. A topic of clicks,"
                            + " re-keyed clicks or requests that has the same name in both is named after the present one and N,"
                            + " such as clicks-32; all other topics stay shared.")
    private @Nullable Path intoConfig;

    @Option(
            names = "--into-set",
            paramLabel = "KEY=VALUE",
            description = "Set a key of the new application's configuration. May be repeated.")
    private Map<String, String> intoSettings = new LinkedHashMap<>();

    @Option(
            names = "--finish",
            description =
                    "The present application has ended: copy the rest, then forward the clicks and requests that it has"
                            + " not processed. Refused while its streams role runs. Run it again when the last producer has"
                            + " changed to the new topic.")
    private boolean finish;

    @Option(names = "--forward", description = "As --finish, and go on forwarding until Ctrl-C.")
    private boolean forward;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the result to this file.")
    private @Nullable Path json;

    @Mixin
    private ConfigOptions options;

    /** What goes into the {@code --json} file. */
    private record Report(Repartition.Result result, Map<String, String> settings) {}

    @Override
    public Integer call() throws Exception {
        if (partitions < 1 || partitions > MOST_PARTITIONS) {
            throw refused("--partitions must be at least 1 and at most " + MOST_PARTITIONS + ": " + partitions);
        }
        if (into.isBlank()) {
            throw refused("--into must name an application.id");
        }
        RepartitionPlan plan = plan();
        StopSignal stop = StopSignal.onShutdown();
        try (stop) {
            Reachability.require(plan.source());
            PrintStream out = System.out;
            ProgressLine line = ProgressLine.on(out);
            Repartition move = new Repartition(plan, InstantSource.system(), progress -> show(line, progress));
            Repartition.Mode mode =
                    forward ? Repartition.Mode.FORWARD : finish ? Repartition.Mode.FINISH : Repartition.Mode.COPY;
            Repartition.Result result = move.run(mode, stop);
            line.clear();
            tell(out, plan, result);
            JsonFile.write(json, new Report(result, plan.settings()));
            return ExitCode.OK;
        }
    }

    private RepartitionPlan plan() throws IOException {
        FreshetConfig source = options.load(spec);
        RepartitionPlan.Loader target = overrides -> {
            Map<String, String> settings = new HashMap<>(intoConfig == null ? options.settings() : Map.of());
            settings.putAll(intoSettings);
            settings.putAll(overrides);
            return FreshetConfig.load(
                    intoConfig == null ? options.file(spec) : intoConfig, Environment.ofConfiguration(), settings);
        };
        if (intoConfig != null) {
            if (!Files.isReadable(intoConfig)) {
                throw refused("--into-config: no such file, or no right to read it: " + intoConfig);
            }
            String named = target.load(Map.of()).get(ProcessKeys.APPLICATION_ID);
            if (!named.equals(into)) {
                throw refused(
                        "--into and the application.id of --into-config must be the same: " + into + ", and " + named);
            }
        }
        return RepartitionPlan.of(source, target, into, partitions);
    }

    private static void show(ProgressLine line, Repartition.Progress progress) {
        if (line.isDue()) {
            double all = (double) progress.copied() + progress.forwarded() + progress.left();
            line.show(String.format(
                    Locale.ROOT,
                    "moving %s  %,d records of state copied, %,d clicks and requests forwarded, about %,d left",
                    line.bar(all == 0 ? 1 : 1 - progress.left() / all),
                    progress.copied(),
                    progress.forwarded(),
                    progress.left()));
        }
    }

    private static void tell(PrintStream out, RepartitionPlan plan, Repartition.Result result) {
        out.printf(
                Locale.ROOT,
                "Copied %,d records of users' state, %,d of them deletions; forwarded %,d clicks and requests%n",
                result.copied(),
                result.tombstones(),
                result.forwarded());
        if (result.expired() > 0) {
            out.printf(
                    Locale.ROOT,
                    "%,d offsets of the input had expired before the present application processed them%n",
                    result.expired());
        }
        String old = plan.source().get(ProcessKeys.APPLICATION_ID);
        if (result.stopped()) {
            out.println("Stopped. Run the same command again to continue");
        } else if (!result.complete()) {
            out.printf(
                    Locale.ROOT,
                    "About %,d records of the state have changed since. Next: run the same command again until this number is"
                            + " small, end every process of application.id=%s, and run it with --finish%n",
                    result.behind(),
                    old);
        } else {
            out.printf(
                    Locale.ROOT,
                    "The state is complete. Next: start the new application, let producers write to %s, and run this command"
                            + " again when the last one does; about %,d clicks and requests wait in the old topics now%n",
                    plan.target().get(TopicKeys.CLICKS),
                    result.waiting());
        }
        plan.remarks().forEach(remark -> out.println("Note: " + remark));
        out.println("Settings of the new application that differ from the present one:");
        plan.settings().forEach((key, value) -> out.println("  " + key + "=" + value));
        out.flush();
    }
}
