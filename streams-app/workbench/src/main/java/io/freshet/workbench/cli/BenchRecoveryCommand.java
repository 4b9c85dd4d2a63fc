package io.freshet.workbench.cli;

import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.workbench.demo.RecoveryTrial;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code freshet bench recovery}. */
@Command(
        name = "recovery",
        description = {
            "Measures how long users wait for answers after kill -9 of the process that answers them. Starts a broker,"
                    + " feeds the clicks of a synthetic shop, and starts freshet run --roles streams as a separate"
                    + " process. Without --standby the process is restarted at once; with it, a second process keeps"
                    + " copies of the state and takes over.",
            "",
            "Two settings decide most of this time, here and in your cluster: how soon the consumer group drops a"
                    + " silent member (kafka.main.consumer.session.timeout.ms; brokers allow 6000 and more unless"
                    + " group.min.session.timeout.ms says otherwise), and how soon brokers abort a transaction that"
                    + " was left open (kafka.producer.transaction.timeout.ms, and the brokers'"
                    + " transaction.abort.timed.out.transaction.cleanup.interval.ms, here 1000).",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  freshet bench recovery", "  freshet bench recovery --standby --times 5 --json out.json"})
final class BenchRecoveryCommand extends FreshetCommand {
    @Option(names = "--standby", description = "Run a second process that takes over.")
    private boolean standby;

    @Option(
            names = "--times",
            paramLabel = "N",
            defaultValue = "3",
            description = "Number of trials, each from a fresh start. Default: ${DEFAULT-VALUE}.")
    private int times;

    @Option(
            names = "--rate",
            paramLabel = "CLICKS",
            defaultValue = "200",
            description = "Clicks a second. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--users",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Users of the synthetic shop. Default: ${DEFAULT-VALUE}.")
    private int users;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "4",
            description = "Partitions of the clicks topic. Default: ${DEFAULT-VALUE}.")
    private int partitions;

    @Option(
            names = "--before",
            paramLabel = "TIME",
            defaultValue = "20s",
            description = "Time for which clicks are fed before the kill. Default: ${DEFAULT-VALUE}.")
    private Duration before = Duration.ZERO;

    @Option(
            names = "--session-timeout",
            paramLabel = "TIME",
            defaultValue = "1500ms",
            description = "Session timeout of the consumer group. Default: ${DEFAULT-VALUE}.")
    private Duration sessionTimeout = Duration.ZERO;

    @Option(
            names = "--transaction-timeout",
            paramLabel = "TIME",
            defaultValue = "1500ms",
            description = "Transaction timeout of the producers. Default: ${DEFAULT-VALUE}.")
    private Duration transactionTimeout = Duration.ZERO;

    @Option(names = "--json", paramLabel = "FILE", description = "Write settings and rows to this file.")
    private @Nullable Path json;

    /** The JSON document that {@code --json} writes, with one component for each key. */
    record Report(boolean standby, double rate, int users, int partitions, List<Row> trials) {}

    /**
     * One trial.
     *
     * @param firstAnswerSeconds seconds from the kill until users of every partition are answered again
     * @param slowestClickSeconds longest time from a click to its answer, in seconds
     */
    record Row(double firstAnswerSeconds, double slowestClickSeconds) {}

    @Override
    public Integer call() throws Exception {
        PrintStream out = System.out;
        List<Row> rows = new ArrayList<>();
        out.println("  trial   answered again after   slowest click");
        for (int trial = 1; trial <= times; trial++) {
            Row row = trial();
            rows.add(row);
            out.printf(
                    Locale.ROOT, "%7d %20.1f s %13.1f s%n", trial, row.firstAnswerSeconds(), row.slowestClickSeconds());
        }
        JsonFile.write(json, new Report(standby, rate, users, partitions, rows));
        return 0;
    }

    private Row trial() throws Exception {
        var settings = new RecoveryTrial.Settings(rate, users, partitions, standby, sessionTimeout, transactionTimeout);
        try (RecoveryTrial trial = RecoveryTrial.start(settings)) {
            RecoveryTrial.Outcome outcome = trial.run(before);
            return new Row(seconds(outcome.firstAnswer()), seconds(outcome.slowestClick()));
        }
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1e3;
    }
}
