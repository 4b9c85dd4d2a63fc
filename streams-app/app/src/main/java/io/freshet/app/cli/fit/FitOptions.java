package io.freshet.app.cli.fit;

import io.freshet.app.cli.option.SeenChoice;
import io.freshet.model.encoder.EncoderChoice;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.EncoderType;
import io.freshet.model.encoder.EncoderTypes;
import io.freshet.training.fit.FitConfig;
import io.freshet.training.fit.HeldOutUsers;
import io.freshet.training.fit.LearningRateSchedule;
import io.freshet.training.fit.SequenceDataset;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.metrics.SeenItems;
import io.freshet.training.optimizer.Adam;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of the network and its training. Values that are not given come from the preset. */
public final class FitOptions {
    private static final float BETA_1 = .9f;
    private static final float BETA_2 = .999f;
    private static final float EPSILON = 1e-8f;
    private static final int VALIDATION_INTERVAL = 5;
    private static final int EPOCHS = 150;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description =
                    "Settings of the paper on scaled cross-entropy (arXiv 2408.14238) for the encoder on one of its"
                            + " data sets: ${COMPLETION-CANDIDATES}. Other options override it.")
    private @Nullable Preset preset;

    @Option(
            names = "--encoder",
            paramLabel = "NAME",
            defaultValue = "sasrec",
            completionCandidates = EncoderNames.class,
            description = "Encoder: ${COMPLETION-CANDIDATES}; dl4j:FILE reads a network from a file, see freshet"
                    + " models check-encoder. Default: ${DEFAULT-VALUE}.")
    private String encoder = "sasrec";

    @Mixin
    private LossOptions loss;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Maximum number of epochs, each over all users. Default: 150; with a preset, 200 for ce and"
                    + " 300 for the others.")
    private @Nullable Integer epochs;

    @Option(
            names = "--patience",
            paramLabel = "N",
            defaultValue = "10",
            description =
                    "End after N validations in a row without a better NDCG@10; there is one every 5 epochs. 0 never"
                            + " ends early. Default: ${DEFAULT-VALUE}.")
    private int patience;

    @Option(names = "--batch", paramLabel = "USERS", description = "Users of one optimiser step. Default: 512.")
    private @Nullable Integer batch;

    @Option(names = "--lr", paramLabel = "RATE", description = "Adam's step size. Default: 0.001.")
    private @Nullable Float learningRate;

    @Option(
            names = "--schedule",
            paramLabel = "constant|linear",
            description = "Schedule of the step size: constant, or linear decay to 0 at the end of the last of"
                    + " --epochs. Default: linear; constant with a preset, as in the paper.")
    private @Nullable LearningRateSchedule schedule;

    @Option(
            names = "--dropout",
            paramLabel = "SHARE",
            description = "Share of activations set to zero while learning. Default: 0.5.")
    private @Nullable Float dropout;

    @Option(
            names = "--weight-decay",
            paramLabel = "L2",
            description = "Weight decay: the share of the weights that is added to their gradients. Default: 0.")
    private @Nullable Float weightDecay;

    @Option(
            names = "--dim",
            paramLabel = "D",
            defaultValue = "64",
            description = "Width of the model. Default:" + " ${DEFAULT-VALUE}.")
    private int dim;

    @Option(
            names = "--max-length",
            paramLabel = "L",
            description = "Newest items of a user that the network sees. Default: 50.")
    private @Nullable Integer maxLength;

    @Option(
            names = "--blocks",
            paramLabel = "N",
            description =
                    "Blocks of sasrec, lrurec, fmlprec, bsarec and bert4rec. Default: 2; the paper's number with a"
                            + " preset.")
    private @Nullable Integer blocks;

    @Option(
            names = "--heads",
            paramLabel = "N",
            description = "Attention heads of a block of sasrec, bsarec and bert4rec. Default: 1.")
    private @Nullable Integer heads;

    @Option(
            names = "--item-deviation",
            paramLabel = "S",
            defaultValue = "0",
            description = "Standard deviation of the items' initial vectors. Default: Xavier's, the square root of 2 /"
                    + " (items + D).")
    private float itemDeviation;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "42",
            description = "The same seed gives the same model bit for bit. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--mask-seen",
            paramLabel = "auto|true|false",
            defaultValue = "auto",
            description = "Leave out items that the user has seen when the held-out one is ranked; auto does so unless"
                    + " a user returns to an item. Default: ${DEFAULT-VALUE}.")
    private SeenChoice maskSeen = SeenChoice.AUTO;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads; the result does not depend on how many. Default: one for each processor.")
    private int workers;

    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "8",
            description = "Parts in which a step's gradients are summed. Threads beyond this number are not used, and"
                    + " another number gives different bits. Default: ${DEFAULT-VALUE}.")
    private int shards;

    @Option(
            names = "--max-gradient-norm",
            paramLabel = "NORM",
            defaultValue = "0",
            description = "Maximum global norm of a step's gradients; larger ones are scaled down to it. 0 sets no"
                    + " bound. Default: ${DEFAULT-VALUE}.")
    private float maxGradientNorm;

    @Option(
            names = "--sequence-targets",
            paramLabel = "N",
            defaultValue = "4",
            description = "Maximum number of targets per sequence and epoch with fmlprec, bsarec, bert4rec, caser or"
                    + " dl4j:FILE, drawn at random: these encode the sequence again for each target. 0 for"
                    + " all. Other encoders learn all targets at once. Default: ${DEFAULT-VALUE}.")
    private int sequenceTargets;

    /**
     * Returns the configuration that the options result in for these data.
     *
     * @throws IllegalArgumentException if options are invalid or contradict each other
     */
    FitConfig resolve(SequenceDataset data) {
        EncoderChoice choice = EncoderChoice.parse(encoder);
        Preset.Values usual = preset == null
                ? Preset.Values.GENERAL
                : preset.defaults(choice.type().name(), loss.kind());
        return new FitConfig(
                shape(choice, usual),
                itemDeviation,
                seed,
                training(usual),
                new FitConfig.Epochs(
                        orElse(epochs, preset == null ? EPOCHS : loss.usualEpochs()),
                        orElse(schedule, usual.schedule()),
                        orElse(batch, usual.batches().users())),
                new FitConfig.Validation(VALIDATION_INTERVAL, maskSeen.of(data), HeldOutUsers.ALL, patience));
    }

    private EncoderShape shape(EncoderChoice choice, Preset.Values usual) {
        EncoderType type = choice.type();
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put(EncoderTypes.DIM, dim);
        settings.put(EncoderTypes.MAX_LENGTH, orElse(maxLength, usual.batches().maxLength()));
        put(settings, "blocks", blocks, usual.optimization().blocks(), type);
        put(settings, "heads", heads, 1, type);
        return choice.shape(settings);
    }

    private static void put(
            Map<String, Object> settings, String name, @Nullable Integer said, int usual, EncoderType type) {
        if (said != null && !type.settings().contains(name)) {
            throw new IllegalArgumentException("--" + name + " is not a setting of " + type.name() + ": leave it out");
        }
        settings.put(name, orElse(said, usual));
    }

    private TrainingConfig training(Preset.Values usual) {
        Adam.Settings optimizer = new Adam.Settings(
                orElse(learningRate, usual.optimization().learningRate()),
                BETA_1,
                BETA_2,
                EPSILON,
                orElse(weightDecay, usual.optimization().weightDecay()));
        int threads = workers == 0 ? Runtime.getRuntime().availableProcessors() : workers;
        LossConfig learned = loss.resolve(usual);
        return new TrainingConfig(
                optimizer,
                orElse(dropout, usual.optimization().dropout()),
                learned,
                threads,
                shards,
                maxGradientNorm,
                sequenceTargets);
    }

    /** The names of the available encoders. */
    public static final class EncoderNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return EncoderTypes.names().iterator();
        }
    }

    private static <T> T orElse(@Nullable T said, T usual) {
        return said == null ? usual : said;
    }

    /** Returns everything that the result depends on, under the keys of {@code --json} and of a snapshot's manifest. */
    Map<String, Object> describe(FitConfig config, SequenceDataset data, int items) {
        TrainingConfig training = config.training();
        LossConfig learned = training.loss();
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("preset", preset == null ? "none" : preset.toString());
        values.put("users", data.users());
        values.put("items", items);
        values.put("interactions", data.interactions());
        values.put("encoder", config.encoder().type());
        values.putAll(config.encoder().describe());
        values.put("loss", learned.kind().code());
        values.put("sampling", learned.sampling().code());
        values.put("negatives", learned.negatives());
        values.put("alpha", learned.alpha() == LossConfig.AUTO_ALPHA ? "auto" : learned.alpha());
        values.put("eta", learned.eta());
        values.put("nce_c", learned.c());
        values.put("popularity_power", learned.popularityPower());
        values.put("epochs", config.epochs().most());
        values.put("patience", config.validation().patience());
        values.put("batch", config.epochs().batchUsers());
        values.put("lr", training.optimizer().learningRate());
        values.put("schedule", config.epochs().schedule().name().toLowerCase(Locale.ROOT));
        values.put("beta1", training.optimizer().beta1());
        values.put("beta2", training.optimizer().beta2());
        values.put("epsilon", training.optimizer().epsilon());
        values.put("weight_decay", training.optimizer().weightDecay());
        values.put("dropout", training.dropout());
        values.put("seed", config.seed());
        values.put("mask_seen", config.validation().seen() == SeenItems.MASKED);
        values.put("shards", training.shards());
        values.put("max_gradient_norm", training.maxGradientNorm());
        values.put("sequence_targets", training.sequenceTargets());
        return values;
    }
}
