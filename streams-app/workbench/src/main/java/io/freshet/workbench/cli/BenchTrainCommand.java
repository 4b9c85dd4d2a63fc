package io.freshet.workbench.cli;

import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.fit.FitOptions;
import io.freshet.app.cli.option.DataOptions;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.lab.benchmark.SyntheticSequences;
import io.freshet.lab.benchmark.TrainingBenchmark;
import io.freshet.lab.benchmark.TrainingSpeed;
import io.freshet.lab.yardstick.MachineRates;
import io.freshet.lab.yardstick.Yardstick;
import io.freshet.model.encoder.EncoderChoice;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.EncoderTypes;
import io.freshet.model.tensor.Products;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.fit.SequenceDataset;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.optimizer.Adam;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet bench train}. */
@Command(
        name = "train",
        description = {
            "Measures the peak rates of this machine, then whole training steps of an encoder. Each stretch of training"
                    + " lies between two measurements of the machine on as many threads, because the speed of shared"
                    + " machines changes from minute to minute. Figures are medians of at least three stretches.",
            "",
            "targets/s: positions learned per second.",
            "GFLOP/s: floating-point operations of the step's matrix products, without padding and without"
                    + " recomputation.",
            YardstickOptions.SGEMM_HELP,
            YardstickOptions.FMA_HELP,
            YardstickOptions.READ_HELP,
            "share: the step's GFLOP/s divided by those of sgemm, and of FMA, on as many threads.",
            "full speed after: seconds of training until a stretch reached nine tenths of the final share.",
            "scratch: memory outside the heap beyond the item table, the network and the optimiser's moments of both.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet bench train",
            "      takes about 90 seconds, on synthetic sequences of the shape of Amazon Beauty",
            "  freshet bench train --data clicks.csv --negatives 1000,full --workers 1 --json out.json",
            "  freshet bench train --items 1000000 --negatives full --batch 64 --warm-up 0s --duration 1s",
            "      what cross-entropy over a million items costs"
        })
final class BenchTrainCommand extends FreshetCommand {
    private static final String FULL = "full";
    private static final String HEADER =
            "  negatives   targets/s   GFLOP/s   sgemm GFLOP/s   share   FMA GFLOP/s   share   full speed after   scratch";

    @Mixin
    private DataOptions data;

    @Option(
            names = "--items",
            paramLabel = "N",
            description = "Items of the synthetic sequences. Default: 12,101, as in Amazon Beauty.")
    private @Nullable Integer itemCount;

    @Option(
            names = "--negatives",
            paramLabel = "K",
            split = ",",
            defaultValue = "500,4000,full",
            description = "Candidates besides each target: a number of negatives that the batch shares, or full for all"
                    + " items (cross-entropy). One row for each value. Default: ${DEFAULT-VALUE}.")
    private List<String> negatives = new ArrayList<>();

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads. Default: one for each processor.")
    private int workers;

    @Option(
            names = "--batch",
            paramLabel = "USERS",
            defaultValue = "512",
            description = "Users per step. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--encoder",
            paramLabel = "NAME",
            defaultValue = "sasrec",
            completionCandidates = FitOptions.EncoderNames.class,
            description = "The network: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private String encoder = "sasrec";

    @Option(
            names = "--dim",
            paramLabel = "D",
            defaultValue = "64",
            description = "Width of the model. Default:" + " ${DEFAULT-VALUE}.")
    private int dim;

    @Option(
            names = "--max-length",
            paramLabel = "L",
            defaultValue = "50",
            description = "Newest items of a user that the network sees. Default: ${DEFAULT-VALUE}.")
    private int maxLength;

    @Option(
            names = "--dropout",
            paramLabel = "SHARE",
            defaultValue = "0.5",
            description = "Share of activations set to zero. Default: ${DEFAULT-VALUE}.")
    private float dropout;

    @Option(
            names = "--warm-up",
            paramLabel = "TIME",
            defaultValue = "15s",
            description = "Warm-up time of each row. Default: ${DEFAULT-VALUE}.")
    private Duration warmUp = Duration.ZERO;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "Measured time of each row. Default: ${DEFAULT-VALUE}.")
    private Duration duration = Duration.ZERO;

    @Mixin
    private YardstickOptions machine;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write settings, the machine's rates and rows to this" + " file.")
    private @Nullable Path json;

    /** The JSON document that {@code --json} writes, with one component for each key. */
    record Report(Map<String, Object> settings, MachineRates machine, List<Row> rows) {}

    /**
     * A row of the table; the components are those of {@link TrainingSpeed}.
     *
     * @param negatives as given in {@code --negatives}
     * @param sgemmCoreType the core type of OpenBLAS that is fastest on as many threads
     */
    record Row(
            String negatives,
            long candidates,
            int threads,
            double targetsPerSecond,
            double gflops,
            String sgemmCoreType,
            double sgemmGflops,
            double shareOfSgemm,
            double fmaGflops,
            double shareOfFma,
            double secondsToFullSpeed,
            long scratchBytes) {
        static Row of(String negatives, MachineRates.Best machine, TrainingSpeed speed) {
            return new Row(
                    negatives,
                    speed.candidates(),
                    machine.threads(),
                    speed.targetsPerSecond(),
                    speed.flopsPerSecond() / 1e9,
                    machine.sgemmCoreType(),
                    speed.sgemmFlopsPerSecond() / 1e9,
                    speed.shareOfSgemm(),
                    speed.fmaFlopsPerSecond() / 1e9,
                    speed.shareOfFma(),
                    speed.secondsToFullSpeed(),
                    speed.scratchBytes());
        }

        String line() {
            return String.format(
                    Locale.ROOT,
                    "  %9s %,11.0f %9.1f %15.1f %6.0f%% %13.1f %6.0f%% %16.1f s %,6.0f MB",
                    negatives,
                    targetsPerSecond,
                    gflops,
                    sgemmGflops,
                    100 * shareOfSgemm,
                    fmaGflops,
                    100 * shareOfFma,
                    secondsToFullSpeed,
                    scratchBytes / 1e6);
        }
    }

    @Override
    public Integer call() throws Exception {
        List<LossConfig> losses = losses();
        EncoderShape shape = shape();
        Vocabulary items = new Vocabulary();
        PrintStream out = System.out;
        SequenceDataset sequences = sequences(items, out);
        try (Yardstick yardstick = machine.open(List.of(threads()), out)) {
            List<Row> rows = run(
                    sequences,
                    items,
                    losses,
                    new TrainingBenchmark(sequences, items, shape, batch, yardstick),
                    yardstick.rates(),
                    out);
            JsonFile.write(json, new Report(settings(sequences, items), yardstick.rates(), rows));
        }
        return 0;
    }

    private List<Row> run(
            SequenceDataset sequences,
            Vocabulary items,
            List<LossConfig> losses,
            TrainingBenchmark benchmark,
            MachineRates rates,
            PrintStream out) {
        MachineRates.Best best = rates.best(threads());
        out.printf(
                Locale.ROOT,
                "%n%s: %,d users, %,d items, %,d interactions; threads=%d, kernels=%s; sgemm is OpenBLAS as %s%n",
                data.isNamed() ? data.name(spec) : "Synthetic, shaped like Amazon Beauty",
                sequences.users(),
                items.size(),
                sequences.interactions(),
                threads(),
                Products.forThisCpu().name(),
                best.sgemmCoreType());
        out.println(HEADER);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < losses.size(); i++) {
            long candidates = candidates(losses.get(i), items.size());
            Row row = Row.of(
                    negatives.get(i), best, benchmark.measure(training(losses.get(i)), candidates, warmUp, duration));
            rows.add(row);
            out.println(row.line());
            out.flush();
        }
        return rows;
    }

    private static long candidates(LossConfig loss, int items) {
        return loss.kind() == LossConfig.Kind.CE ? items : Math.min(items, loss.negatives());
    }

    /** Returns the loss of each row. */
    List<LossConfig> losses() {
        return negatives.stream().map(this::loss).toList();
    }

    private LossConfig loss(String text) {
        if (text.equalsIgnoreCase(FULL)) {
            return LossConfig.crossEntropy();
        }
        try {
            return LossConfig.scaledCrossEntropy(Integer.parseInt(text));
        } catch (IllegalArgumentException _) {
            throw refused("--negatives must be positive numbers or full: " + text);
        }
    }

    private EncoderShape shape() {
        try {
            return EncoderChoice.parse(encoder)
                    .shape(Map.of(EncoderTypes.DIM, dim, EncoderTypes.MAX_LENGTH, maxLength, "blocks", 2, "heads", 1));
        } catch (IllegalArgumentException e) {
            throw refused(e.getMessage());
        }
    }

    private SequenceDataset sequences(Vocabulary items, PrintStream out) throws IOException {
        if (data.isNamed() && itemCount != null) {
            throw refused("--items is for synthetic sequences: leave out --data");
        }
        if (itemCount != null && itemCount < 1) {
            throw refused("--items must be positive: " + itemCount);
        }
        if (data.isNamed()) {
            return data.read(items::addIfAbsent, out::println).sequences();
        }
        return itemCount == null
                ? SyntheticSequences.likeBeauty(items, 1)
                : SyntheticSequences.likeBeauty(items, itemCount, 1);
    }

    private TrainingConfig training(LossConfig loss) {
        return new TrainingConfig(
                new Adam.Settings(1e-3f, .9f, .999f, 1e-8f, 0f),
                dropout,
                loss,
                threads(),
                TrainingConfig.DEFAULT_SHARDS);
    }

    private int threads() {
        return workers == 0 ? Runtime.getRuntime().availableProcessors() : workers;
    }

    private Map<String, Object> settings(SequenceDataset sequences, Vocabulary items) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("data", data.isNamed() ? data.name(spec) : "synthetic, shaped like Amazon Beauty");
        values.put("users", sequences.users());
        values.put("items", items.size());
        values.put("interactions", sequences.interactions());
        values.put("workers", threads());
        values.put("products", Products.forThisCpu().name());
        values.put("batch", batch);
        values.put("encoder", encoder);
        values.put("dim", dim);
        values.put("max_length", maxLength);
        values.put("dropout", dropout);
        values.put("warm_up_seconds", warmUp.toMillis() / 1e3);
        values.put("seconds", duration.toMillis() / 1e3);
        return values;
    }
}
