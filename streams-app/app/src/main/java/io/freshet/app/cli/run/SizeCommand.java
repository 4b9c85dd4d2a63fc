package io.freshet.app.cli.run;

import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.option.ConfigOptions;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.sizing.Sizing;
import io.freshet.app.sizing.UnitCosts;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet size}. */
@Command(
        name = "size",
        description = {
            "Calculates the processors, memory, disk and bandwidth that a system needs, from what a click, a user and an"
                    + " item cost. Connects to nothing. The configuration decides on the width of the vectors in memory, the"
                    + " cache of the stores, the variants, and how long topics keep records.",
            "",
            "The costs that are part of Freshet were measured on the machine that is printed. Measure your own with"
                    + " 'freshet bench scale --json costs.json', and name the file with --costs. The figures are a plan, not"
                    + " a promise: leave room, and watch the metrics.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet size --users 1000000 --items 50000 --rate 1000",
            "  freshet size --users 50000000 --items 2000000 --rate 20000 --replicas 3 --json size.json",
            "  freshet size --users 1000000 --items 50000 --rate 1000 --costs costs.json --config freshet.properties"
        })
public final class SizeCommand extends FreshetCommand {
    @Option(names = "--users", paramLabel = "N", required = true, description = "Users whose clicks are remembered.")
    private long users;

    @Option(
            names = "--history",
            paramLabel = "N",
            defaultValue = "20",
            description =
                    "Clicks that are kept of a user on average, at most sequencer.window. Default: ${DEFAULT-VALUE}.")
    private double history;

    @Option(names = "--items", paramLabel = "N", required = true, description = "Items that are recommended.")
    private int items;

    @Option(
            names = "--rate",
            paramLabel = "CLICKS",
            required = true,
            description = "Clicks a second in the busiest hour.")
    private double rate;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            defaultValue = "3",
            description = "Copies of each partition in Kafka. Default: ${DEFAULT-VALUE}.")
    private int replicas;

    @Option(
            names = "--busy",
            paramLabel = "SHARE",
            defaultValue = "0.5",
            description =
                    "Share of the processors that may be busy in the busiest hour; the rest is for peaks, restarts"
                            + " and catching up. Default: ${DEFAULT-VALUE}.")
    private double busy;

    @Option(names = "--costs", paramLabel = "FILE", description = "Costs that freshet bench scale --json has written.")
    private @Nullable Path costs;

    @Mixin
    private ConfigOptions options;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the load, the costs and the result to this file.")
    private @Nullable Path json;

    /** The JSON document that {@code --json} writes, with one component for each key. */
    record Report(Sizing.Load load, UnitCosts costs, Sizing sizing) {}

    @Override
    public Integer call() throws IOException {
        Sizing.Load load;
        try {
            load = new Sizing.Load(users, history, items, rate, replicas, busy);
        } catch (IllegalArgumentException e) {
            throw refused(e.getMessage());
        }
        UnitCosts unit = costs == null ? UnitCosts.shipped() : UnitCosts.read(costs);
        Sizing sizing = Sizing.of(load, options.load(spec), unit);
        print(load, unit, sizing, spec.commandLine().getOut());
        JsonFile.write(json, new Report(load, unit, sizing));
        return 0;
    }

    private static void print(Sizing.Load load, UnitCosts costs, Sizing sizing, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%,d users, %,d items, %,.0f clicks/s; processors at most %.0f%% busy%n",
                load.users(),
                load.items(),
                load.clicksPerSecond(),
                100 * load.busy());
        out.printf(Locale.ROOT, "Costs measured on %s%n%n", costs.machine());
        out.println("                     us/click   processors   memory of a process   disk of all");
        line(out, "streams", sizing.streams());
        line(out, "trainer", sizing.trainer());
        out.printf(
                Locale.ROOT,
                "%nKafka, with %d replicas: %,.2f MB/s written, %,.1f GB on disk%n",
                load.replicas(),
                sizing.kafka().writtenPerSecond() / 1e6,
                sizing.kafka().diskBytes() / 1e9);
        sizing.kafka()
                .diskByTopic()
                .forEach((topic, bytes) -> out.printf(Locale.ROOT, "  %-30s %,12.1f GB%n", topic, bytes / 1e9));
        out.printf(Locale.ROOT, "Partitions of the clicks: %d%n", sizing.partitions());
        sizing.remarks().forEach(remark -> out.println("note: " + remark));
        out.flush();
    }

    private static void line(PrintWriter out, String name, Sizing.Role role) {
        out.printf(
                Locale.ROOT,
                "  %-16s %,10.0f %,12.1f %,18.1f GB %,10.1f GB%n",
                name,
                role.micros(),
                role.cores(),
                role.memoryBytes() / 1e9,
                role.diskBytes() / 1e9);
    }
}
