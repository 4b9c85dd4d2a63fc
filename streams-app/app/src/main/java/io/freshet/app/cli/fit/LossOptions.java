package io.freshet.app.cli.fit;

import io.freshet.training.loss.LossConfig;
import io.freshet.training.loss.LossConfig.Kind;
import io.freshet.training.loss.LossConfig.Sampling;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of the loss. Values that are not given come from the preset or from the loss. */
final class LossOptions {
    @Option(
            names = "--loss",
            paramLabel = "LOSS",
            converter = KindConverter.class,
            completionCandidates = KindCodes.class,
            description = "Loss: one of ${COMPLETION-CANDIDATES}. Default: sce, scaled cross-entropy.")
    private Kind kind = Kind.SCE;

    @Option(
            names = "--sampling",
            paramLabel = "WAY",
            converter = SamplingConverter.class,
            description =
                    "Sharing of negatives: each position has its own (position), some 250 positions of a batch share"
                            + " them (group), or the whole batch does (batch). Shared negatives allow matrix products,"
                            + " which are many times as fast; groups see more items in a step than a batch does, and"
                            + " learn more from it. Default: group; position with a preset, as in the paper.")
    private @Nullable Sampling sampling;

    @Option(
            names = "--negatives",
            paramLabel = "K",
            description = "Negative items for each target. Default: 500; the paper's number with a preset. If there"
                    + " are no more items than that, all of them are used.")
    private @Nullable Integer negatives;

    @Option(
            names = "--alpha",
            paramLabel = "A",
            converter = AlphaConverter.class,
            description =
                    "sce: weight of the negatives in the normaliser, a number, or auto for (items - 1) / K. Default:"
                            + " auto; 100 with a preset.")
    private @Nullable Float alpha;

    @Option(
            names = "--eta",
            paramLabel = "E",
            defaultValue = "0.7",
            description = "ce-eta: how far below the target's score items still count. Default: ${DEFAULT-VALUE}.")
    private float eta;

    @Option(
            names = "--nce-c",
            paramLabel = "C",
            defaultValue = "10",
            description = "nce: value that is subtracted from every score. Default: ${DEFAULT-VALUE}.")
    private float c;

    @Option(
            names = "--popularity-power",
            paramLabel = "P",
            defaultValue = "0",
            description = "Draw negatives in proportion to their popularity to this power, and correct the loss for"
                    + " it. Default: ${DEFAULT-VALUE}, uniformly.")
    private float popularityPower;

    /**
     * Returns the loss that the options select.
     *
     * @throws IllegalArgumentException if options contradict each other
     */
    LossConfig resolve(Preset.Values preset) {
        return switch (kind) {
            case CE, CE_ETA -> againstAll();
            case BCE, BPR -> againstOne();
            case SSM, SCE, NCE, NEG -> sampled(preset);
        };
    }

    Kind kind() {
        return kind;
    }

    /** Returns the default number of epochs with a preset, as in the paper. */
    int usualEpochs() {
        return kind == Kind.CE ? 200 : 300;
    }

    private LossConfig againstAll() {
        refuseIf(
                negatives != null || sampling != null,
                "--negatives and --sampling: it compares each target with all" + " items");
        refuseIf(alpha != null, "--alpha: it scales the negatives of sce");
        return new LossConfig(kind, Sampling.ALL, 0, 1f, eta, c, popularityPower);
    }

    private LossConfig againstOne() {
        refuseIf(negatives != null && negatives != 1, "--negatives: each position has one");
        refuseIf(alpha != null, "--alpha: it scales the negatives of sce");
        return new LossConfig(kind, Sampling.POSITION, 1, 1f, eta, c, popularityPower);
    }

    private LossConfig sampled(Preset.Values preset) {
        refuseIf(alpha != null && kind != Kind.SCE, "--alpha: it scales the negatives of sce");
        float scale = alpha == null ? preset.alpha() : alpha;
        return new LossConfig(
                kind,
                sampling == null ? preset.sampling() : sampling,
                negatives == null ? preset.batches().negatives() : negatives,
                kind == Kind.SCE ? scale : 1f,
                eta,
                c,
                popularityPower);
    }

    private void refuseIf(boolean contradicts, String what) {
        if (contradicts) {
            throw new IllegalArgumentException("--loss " + kind.code() + " does not take " + what);
        }
    }

    /** The names of the losses, for the help text. */
    static final class KindCodes implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Kind.values()).map(Kind::code).iterator();
        }
    }

    /** Converts names to losses. */
    static final class KindConverter implements ITypeConverter<Kind> {
        @Override
        public Kind convert(String text) {
            return Arrays.stream(Kind.values())
                    .filter(kind -> kind.code().equalsIgnoreCase(text))
                    .findAny()
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + text + "' is not one of " + String.join(", ", new KindCodes())));
        }
    }

    /** Converts names to ways of sharing negatives. */
    static final class SamplingConverter implements ITypeConverter<Sampling> {
        private static final List<Sampling> CHOICES = List.of(Sampling.POSITION, Sampling.GROUP, Sampling.BATCH);

        @Override
        public Sampling convert(String text) {
            return CHOICES.stream()
                    .filter(sampling -> sampling.code().equalsIgnoreCase(text))
                    .findAny()
                    .orElseThrow(() -> new TypeConversionException("'" + text + "' is not one of "
                            + String.join(
                                    ", ", CHOICES.stream().map(Sampling::code).toList())));
        }
    }

    /** Converts {@code auto} or a positive number. */
    static final class AlphaConverter implements ITypeConverter<Float> {
        @Override
        public Float convert(String text) {
            if (text.equalsIgnoreCase("auto")) {
                return LossConfig.AUTO_ALPHA;
            }
            try {
                float number = Float.parseFloat(text);
                if (number > 0) {
                    return number;
                }
            } catch (NumberFormatException _) {
                // refused below
            }
            throw new TypeConversionException("'" + text + "' is neither auto nor a number above 0");
        }
    }
}
