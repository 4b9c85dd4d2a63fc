package io.freshet.workbench.cli;

import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.lab.benchmark.IvfQuality;
import io.freshet.lab.benchmark.ScoringBenchmark;
import io.freshet.lab.benchmark.ScoringSpeed;
import io.freshet.lab.yardstick.MachineRates;
import io.freshet.lab.yardstick.Yardstick;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Products;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet bench score}. */
@Command(
        name = "score",
        description = {
            "Measures the peak rates of this machine, then how fast the best items are found for histories that the"
                    + " network has already encoded: an exact search of a table of synthetic vectors, and the sum of"
                    + " exponentials over the whole table that turns scores into probabilities. Then measures the same"
                    + " with the table in clusters (scoring.approximate.items): a search visits only some clusters,"
                    + " and the share of the exact best items that it finds is reported. The vectors resemble trained"
                    + " ones: grouped around topics, and in few dimensions. Noise is the worst case: it has no"
                    + " clusters. Each stretch of searches lies between two measurements of the machine; figures are"
                    + " medians of at least three stretches.",
            "",
            "queries/s: queries answered per second.",
            "p50, p99: median and 99th percentile of the time of a call, which answers all its queries.",
            "limit: for one query per call, GB/s of a plain sum over the same table, because the search reads all of"
                    + " it; for several, GFLOP/s of sgemm. Both on as many threads.",
            "share: the rate at which an exact search reads, or computes its products, divided by the limit.",
            YardstickOptions.SGEMM_HELP,
            YardstickOptions.FMA_HELP,
            YardstickOptions.READ_HELP,
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet bench score",
            "      takes about four minutes, and 300 MB of memory for the largest table",
            "  freshet bench score --items 250000 --queries 1 --workers 1 --top-k 100 --json out.json"
        })
final class BenchScoreCommand extends FreshetCommand {
    private static final String HEADER =
            "      items   search     queries   threads   queries/s    p50 of a call     p99       limit                share";

    @Option(
            names = "--items",
            paramLabel = "N",
            split = ",",
            defaultValue = "10000,100000,1000000",
            description = "Numbers of items in the tables. Default: ${DEFAULT-VALUE}.")
    private List<Integer> items = new ArrayList<>();

    @Option(
            names = "--queries",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,64",
            description = "Queries per call, at most " + ScoringBenchmark.MAX_QUERIES + ". Default: ${DEFAULT-VALUE}.")
    private List<Integer> queries = new ArrayList<>();

    @Option(
            names = "--workers",
            paramLabel = "N",
            split = ",",
            description = "Threads per call. Default: one, and one for each processor.")
    private @Nullable List<Integer> workers;

    @Option(
            names = "--search",
            paramLabel = "HOW",
            split = ",",
            defaultValue = "exact,clusters",
            description = "Kind of search: exact, clusters, or both. Default: ${DEFAULT-VALUE}.")
    private List<Search> searches = new ArrayList<>();

    @Option(
            names = "--vectors",
            paramLabel = "KIND",
            defaultValue = "topics",
            description = "Distribution of the vectors: topics, or noise. Default: ${DEFAULT-VALUE}.")
    private Vectors vectors = Vectors.TOPICS;

    @Option(
            names = "--dim",
            paramLabel = "D",
            defaultValue = "64",
            description = "Width of the vectors. Default:" + " ${DEFAULT-VALUE}.")
    private int dim;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "10",
            description = "Best items to find for each query. Default: ${DEFAULT-VALUE}.")
    private int topK;

    @Option(
            names = "--warm-up",
            paramLabel = "TIME",
            defaultValue = "3s",
            description = "Warm-up time of each row. Default: ${DEFAULT-VALUE}.")
    private Duration warmUp = Duration.ZERO;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "6s",
            description = "Measured time of each row. Default: ${DEFAULT-VALUE}.")
    private Duration duration = Duration.ZERO;

    @Mixin
    private YardstickOptions machine;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write settings, the machine's rates and rows to this" + " file.")
    private @Nullable Path json;

    /** The search algorithm. */
    enum Search {
        EXACT,
        CLUSTERS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The distribution of the synthetic vectors. */
    enum Vectors {
        TOPICS,
        NOISE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The JSON document that {@code --json} writes, with one component for each key. */
    record Report(Map<String, Object> settings, MachineRates machine, List<Row> rows, List<Clusters> clusters) {}

    /** The quality of the clusters of a table. */
    record Clusters(int items, IvfQuality quality) {
        String line(int topK) {
            return String.format(
                    Locale.ROOT,
                    "  %,9d clusters   recall@%d %.1f%% in %.2f%% of the rows (%.1f%% of the queries scanned all),"
                            + " scores %.1f%% off, %.1f%% at most; built in %.1f s on one thread, %.1f bytes per item,"
                            + " %.2f us to apply a change",
                    items,
                    topK,
                    100 * quality.recall(),
                    100 * quality.rowsShare(),
                    100 * quality.wholeShare(),
                    100 * quality.scoreError(),
                    100 * quality.worstScoreError(),
                    quality.buildSeconds(),
                    (double) quality.bytes() / items,
                    quality.followMicros());
        }
    }

    /**
     * A row of the table.
     *
     * @param queries per call
     * @param p50Ms median time of a call
     * @param p99Ms 99th percentile of the time of a call
     * @param unit unit of {@code rate} and {@code limit}
     * @param limit {@link ScoringSpeed#limit}
     * @param limitIs the kind of limit, {@code read} or {@code sgemm}
     */
    record Row(
            int items,
            String search,
            int queries,
            int workers,
            double queriesPerSecond,
            double p50Ms,
            double p99Ms,
            String unit,
            double rate,
            double limit,
            String limitIs,
            double share) {
        static Row of(int items, Search search, int queries, int workers, ScoringSpeed speed) {
            return new Row(
                    items,
                    search.toString(),
                    queries,
                    workers,
                    speed.queriesPerSecond(),
                    speed.p50Ms(),
                    speed.p99Ms(),
                    queries == 1 ? "GB/s" : "GFLOP/s",
                    speed.rate() / 1e9,
                    speed.limit() / 1e9,
                    queries == 1 ? "read" : "sgemm",
                    speed.share());
        }

        String line() {
            return String.format(
                    Locale.ROOT,
                    "  %,9d   %-8s %9d %9d %,11.0f %13.3f ms %8.3f ms %8.1f %-13s %s",
                    items,
                    search,
                    queries,
                    workers,
                    queriesPerSecond,
                    p50Ms,
                    p99Ms,
                    limit,
                    unit + " " + limitIs,
                    search.equals(Search.EXACT.toString())
                            ? String.format(Locale.ROOT, "%4.0f%%", 100 * share)
                            : "   -");
        }
    }

    @Override
    public Integer call() throws IOException {
        requireValid();
        PrintStream out = System.out;
        try (Yardstick yardstick = machine.open(workers(), out)) {
            Report report = run(yardstick, out);
            JsonFile.write(json, report);
        }
        return 0;
    }

    private void requireValid() {
        requireAll("--items must be positive", items, 1, Integer.MAX_VALUE);
        requireAll("--queries must be 1 to " + ScoringBenchmark.MAX_QUERIES, queries, 1, ScoringBenchmark.MAX_QUERIES);
        requireAll("--workers must be positive", workers(), 1, Integer.MAX_VALUE);
        requireAll("--top-k must be positive", List.of(topK), 1, Integer.MAX_VALUE);
        if (dim < 1 || dim % Lanes.WIDTH != 0) {
            throw refused("--dim must be a multiple of " + Lanes.WIDTH + ": " + dim);
        }
    }

    private void requireAll(String what, List<Integer> values, int least, int most) {
        for (int value : values) {
            if (value < least || value > most) {
                throw refused(what + ": " + value);
            }
        }
    }

    private Report run(Yardstick yardstick, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%nSynthetic vectors (%s), %d wide, top %d; %s%n",
                vectors,
                dim,
                topK,
                Products.forThisCpu().name());
        out.println(HEADER);
        Report report = new Report(settings(), yardstick.rates(), new ArrayList<>(), new ArrayList<>());
        for (int count : items) {
            try (ScoringBenchmark benchmark =
                    new ScoringBenchmark(vectors == Vectors.NOISE, count, dim, topK, yardstick)) {
                for (Search search : searches) {
                    measure(benchmark, count, search, report, out);
                }
            }
        }
        return report;
    }

    private void measure(ScoringBenchmark benchmark, int count, Search search, Report to, PrintStream out) {
        boolean byClusters = search == Search.CLUSTERS;
        if (byClusters) {
            Clusters clusters = new Clusters(count, benchmark.clusterQuality());
            to.clusters().add(clusters);
            out.println(clusters.line(topK));
        }
        for (int together : queries) {
            for (int threads : workers()) {
                ScoringSpeed speed = benchmark.measure(byClusters, together, threads, warmUp, duration);
                Row row = Row.of(count, search, together, threads, speed);
                to.rows().add(row);
                out.println(row.line());
                out.flush();
            }
        }
    }

    /** Returns the numbers of threads that were asked for, by default one and the number of processors. */
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
        values.put("vectors", vectors.toString());
        values.put("dim", dim);
        values.put("top_k", topK);
        values.put("products", Products.forThisCpu().name());
        values.put("processors", Runtime.getRuntime().availableProcessors());
        values.put("warm_up_seconds", warmUp.toMillis() / 1e3);
        values.put("seconds", duration.toMillis() / 1e3);
        return values;
    }
}
