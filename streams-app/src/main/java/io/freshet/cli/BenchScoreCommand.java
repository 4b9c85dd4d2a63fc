package io.freshet.cli;

import io.freshet.model.ScoringBenchmark;
import io.freshet.model.ScoringSpeed;
import io.freshet.tensor.Lanes;
import io.freshet.tensor.Products;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code freshet bench score}. */
@Command(
        name = "score",
        description = {
            "Measures how fast the best items are found for histories that the network has encoded already: an exact"
                    + " search through a table of made-up vectors, and the sum of exponentials over all of it that"
                    + " makes scores probabilities. One query at a time takes every byte of the table for itself;"
                    + " beside it stands what a plain sum over the same table reads a second. Queries that are answered"
                    + " together share the table; beside them stands what OpenBLAS reaches on matrices of 1024 x 1024."
                    + " Both are measured with as many threads, in turns with the search, and the share is of them.",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet bench score",
            "      about two minutes, and 260 MB of memory for the largest table",
            "  freshet bench score --items 250000 --queries 1 --workers 1 --top-k 100 --json out.json"
        })
final class BenchScoreCommand implements Callable<Integer> {
    private static final String HEADER =
            "      items   queries   threads   queries/s    p50 of a call     p99       limit                share";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--items",
            paramLabel = "N",
            split = ",",
            defaultValue = "10000,100000,1000000",
            description = "Items of the tables. Default: ${DEFAULT-VALUE}.")
    private List<Integer> items = new ArrayList<>();

    @Option(
            names = "--queries",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,64",
            description = "Queries that are answered together, at most " + ScoringBenchmark.MAX_QUERIES
                    + ". Default: ${DEFAULT-VALUE}.")
    private List<Integer> queries = new ArrayList<>();

    @Option(
            names = "--workers",
            paramLabel = "N",
            split = ",",
            description = "Threads that share a call. Default: one, and one for each processor.")
    private @Nullable List<Integer> workers;

    @Option(names = "--dim", paramLabel = "D", defaultValue = "64", description = "Width. Default: ${DEFAULT-VALUE}.")
    private int dim;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "10",
            description = "Items wanted. Default: ${DEFAULT-VALUE}.")
    private int topK;

    @Option(
            names = "--warm-up",
            paramLabel = "TIME",
            defaultValue = "3s",
            description = "Search so long before figures count, for each row. Default: ${DEFAULT-VALUE}.")
    private Duration warmUp = Duration.ZERO;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "6s",
            description = "Then measure so long, for each row. Default: ${DEFAULT-VALUE}.")
    private Duration duration = Duration.ZERO;

    @Option(names = "--json", paramLabel = "FILE", description = "Write settings and rows there.")
    private @Nullable Path json;

    BenchScoreCommand() {}

    /** What {@code --json} writes, one component for each key. */
    record Report(Map<String, Object> settings, List<Row> rows) {}

    /**
     * A row of the table.
     *
     * @param queries of a call
     * @param p50Ms of a call
     * @param p99Ms of a call
     * @param unit of rate and limit
     * @param limit {@link ScoringSpeed#limit}
     */
    record Row(
            int items,
            int queries,
            int workers,
            double queriesPerSecond,
            double p50Ms,
            double p99Ms,
            String unit,
            double rate,
            double limit,
            double share) {
        static Row of(int items, int queries, int workers, ScoringSpeed speed) {
            return new Row(
                    items,
                    queries,
                    workers,
                    speed.queriesPerSecond(),
                    speed.p50Ms(),
                    speed.p99Ms(),
                    queries == 1 ? "GB/s" : "GFLOP/s",
                    speed.rate() / 1e9,
                    speed.limit() / 1e9,
                    speed.share());
        }

        String line() {
            return String.format(
                    Locale.ROOT,
                    "  %,9d %9d %9d %,11.0f %13.3f ms %8.3f ms %8.1f %-13s %4.0f%%",
                    items,
                    queries,
                    workers,
                    queriesPerSecond,
                    p50Ms,
                    p99Ms,
                    limit,
                    unit + (queries == 1 ? " read" : " sgemm"),
                    100 * share);
        }
    }

    @Override
    public Integer call() throws IOException {
        requireValid();
        List<Row> rows = run(System.out);
        if (json != null) {
            JsonFile.write(json, new Report(settings(), rows));
        }
        return 0;
    }

    private void requireValid() {
        requireAll("--items must be positive", items, 1, Integer.MAX_VALUE);
        requireAll("--queries must be 1 to " + ScoringBenchmark.MAX_QUERIES, queries, 1, ScoringBenchmark.MAX_QUERIES);
        requireAll("--workers must be positive", workers(), 1, Integer.MAX_VALUE);
        requireAll("--top-k must be positive", List.of(topK), 1, Integer.MAX_VALUE);
        if (dim < 1 || dim % Lanes.COUNT != 0) {
            throw new ParameterException(spec.commandLine(), "--dim must be a multiple of " + Lanes.COUNT + ": " + dim);
        }
    }

    private void requireAll(String what, List<Integer> values, int least, int most) {
        for (int value : values) {
            if (value < least || value > most) {
                throw new ParameterException(spec.commandLine(), what + ": " + value);
            }
        }
    }

    private List<Row> run(PrintStream out) {
        out.printf(
                "Made-up vectors, %d wide, top %d; %s%n",
                dim, topK, Products.forThisCpu().name());
        out.println(HEADER);
        List<Row> rows = new ArrayList<>();
        for (int count : items) {
            try (ScoringBenchmark benchmark = new ScoringBenchmark(count, dim, topK)) {
                for (int together : queries) {
                    for (int threads : workers()) {
                        Row row = Row.of(
                                count, together, threads, benchmark.measure(together, threads, warmUp, duration));
                        rows.add(row);
                        out.println(row.line());
                        out.flush();
                    }
                }
            }
        }
        return rows;
    }

    /** What is asked for, or one thread and all that there are. */
    List<Integer> workers() {
        return workers != null
                ? workers
                : IntStream.of(1, Runtime.getRuntime().availableProcessors())
                        .distinct()
                        .boxed()
                        .toList();
    }

    private Map<String, Object> settings() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("dim", dim);
        values.put("top_k", topK);
        values.put("products", Products.forThisCpu().name());
        values.put("processors", Runtime.getRuntime().availableProcessors());
        values.put("warm_up_seconds", warmUp.toMillis() / 1e3);
        values.put("seconds", duration.toMillis() / 1e3);
        return values;
    }
}
