package io.freshet.workbench.cli;

import io.freshet.lab.prequential.ComparedMethod;
import io.freshet.lab.prequential.ComparisonConfig;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.RecordKeys;
import io.freshet.service.config.key.TrainerKeys;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.fit.FitConfig;
import io.freshet.training.fit.HeldOutUsers;
import io.freshet.training.fit.LearningRateSchedule;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.metrics.SeenItems;
import io.freshet.training.optimizer.Adam;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of prequential evaluations on what the online learner is compared with. */
final class ComparisonOptions {
    static final String ALL = "all";
    static final String NONE = "none";

    // The best of a few values on a stream of sessions, so that the baseline is as strong as possible.
    private static final float REFIT_LEARNING_RATE = 2e-3f;
    private static final float REFIT_DROPOUT = .5f;
    private static final double HELD_OUT_SHARE = .1;
    private static final int REFIT_BATCH = 256;
    private static final int REFIT_VALIDATION_INTERVAL = 2;
    private static final int REFIT_PATIENCE = 5;

    private static final Set<ComparedMethod> OF_ONE_LEARNER = EnumSet.of(ComparedMethod.FROZEN, ComparedMethod.REFIT);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--mask-seen",
            description =
                    "Show the progress, and choose the epochs of refits, without the items of the user's sequence:"
                            + " for clicks of users who never return to an item. The result has both in any case.")
    private boolean maskSeen;

    @Option(
            names = "--baselines",
            paramLabel = "NAMES",
            split = ",",
            description = "Baselines to run, separated by commas, or all, or none. Default: all; of backtest, none.")
    private @Nullable List<String> baselines;

    @Option(
            names = "--rank-share",
            paramLabel = "SHARE",
            description = "Share of the clicks that are ranked, like online.rank.share: figures come with their 95%%"
                    + " interval, and the mixture learns from ranked clicks only. Default: 1.")
    private @Nullable String rankShare;

    @Option(
            names = "--refit-epochs",
            paramLabel = "N",
            defaultValue = "60",
            description = "Maximum number of epochs of a refit. Default: ${DEFAULT-VALUE}.")
    private int refitEpochs;

    @SuppressWarnings("NullAway.Init") // picocli sets the specification
    ComparisonOptions() {}

    /** Returns settings with the share of the clicks that are ranked. */
    Map<String, String> withRankShare(Map<String, String> settings) {
        Map<String, String> all = new LinkedHashMap<>(settings);
        if (rankShare == null) {
            all.putIfAbsent(TrainerKeys.RANK_SHARE.name(), "1");
        } else {
            all.put(TrainerKeys.RANK_SHARE.name(), rankShare);
        }
        return all;
    }

    /** Returns the settings of a comparison of a configuration's learner with these methods. */
    ComparisonConfig config(FreshetConfig freshet, Set<ComparedMethod> methods) {
        OnlineConfig trainer = freshet.trainer();
        SeenItems seen = maskSeen ? SeenItems.MASKED : SeenItems.RANKED;
        try {
            return new ComparisonConfig(
                    trainer.model(),
                    trainer.training(),
                    trainer.learning(),
                    freshet.get(RecordKeys.EVENTS_SEEN_RETURN),
                    trainer.steps().full(),
                    seen,
                    methods,
                    refit(trainer, seen),
                    trainer.learning().metrics().window());
        } catch (IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Returns what the figures depend on, as the JSON document has it.
     *
     * @param set settings of the command line
     */
    static Map<String, Object> described(ComparisonConfig config, int learners, Map<String, String> set) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("mask_seen", config.seen() == SeenItems.MASKED);
        values.put("step_clicks", config.stepClicks());
        values.put(
                PrequentialReport.RANK_SHARE,
                config.learning().metrics().ranked().toString());
        values.put("new_items", config.learning().newItems().code());
        values.put("window", config.window());
        values.put("learners", learners);
        values.put("seed", config.model().seed());
        values.put("set", set);
        return values;
    }

    private FitConfig refit(OnlineConfig trainer, SeenItems seen) {
        TrainingConfig online = trainer.training();
        Adam.Settings adam = online.optimizer();
        Adam.Settings slower =
                new Adam.Settings(REFIT_LEARNING_RATE, adam.beta1(), adam.beta2(), adam.epsilon(), adam.weightDecay());
        TrainingConfig training = new TrainingConfig(
                slower,
                REFIT_DROPOUT,
                online.loss(),
                online.workers(),
                online.shards(),
                online.maxGradientNorm(),
                online.sequenceTargets());
        return new FitConfig(
                trainer.model().encoder(),
                FitConfig.XAVIER,
                trainer.model().seed(),
                training,
                new FitConfig.Epochs(refitEpochs, LearningRateSchedule.CONSTANT, REFIT_BATCH),
                new FitConfig.Validation(
                        REFIT_VALIDATION_INTERVAL, seen, new HeldOutUsers(HELD_OUT_SHARE), REFIT_PATIENCE));
    }

    /**
     * Returns the methods to compare with.
     *
     * @param byDefault {@link #ALL} or {@link #NONE}, if the option is not given
     * @param learners number of learners: two of the methods need a single one
     */
    Set<ComparedMethod> methods(String byDefault, int learners) {
        List<String> names = baselines == null ? List.of(byDefault) : baselines;
        if (names.equals(List.of(ALL))) {
            return learners == 1
                    ? EnumSet.allOf(ComparedMethod.class)
                    : EnumSet.complementOf(EnumSet.copyOf(OF_ONE_LEARNER));
        }
        Set<ComparedMethod> chosen = EnumSet.noneOf(ComparedMethod.class);
        if (!names.equals(List.of(NONE))) {
            names.forEach(name -> chosen.add(method(name)));
        }
        if (learners > 1 && !Collections.disjoint(chosen, OF_ONE_LEARNER)) {
            throw refused("--baselines frozen and refit need a single learner: learners=" + learners);
        }
        return chosen;
    }

    private ComparedMethod method(String name) {
        for (ComparedMethod method : ComparedMethod.values()) {
            if (PrequentialReport.nameOf(method).equals(name)) {
                return method;
            }
        }
        throw refused("--baselines must be all, none or some of "
                + String.join(
                        ", ",
                        EnumSet.allOf(ComparedMethod.class).stream()
                                .map(PrequentialReport::nameOf)
                                .toList())
                + ": " + name);
    }

    private ParameterException refused(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
