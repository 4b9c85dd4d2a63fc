package io.freshet.lab.prequential;

import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.tensor.Lanes;
import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.RepeatPolicy;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.UserSequence;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.fit.FitConfig;
import io.freshet.training.fit.HeldOutUsers;
import io.freshet.training.fit.LearningRateSchedule;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.metrics.SeenItems;
import io.freshet.training.step.OnlineLearner;
import io.freshet.training.step.UserUpdate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A short stream of users who walk among neighbouring items, and matching settings for a comparison. */
final class TinyStream {
    static final int STEP = 7;
    static final ModelConfig MODEL = new ModelConfig(new SasRecConfig(Lanes.WIDTH, 10, 1, 1), .1f, 3);
    static final LearningConfig LEARNING =
            new LearningConfig(1, 10, new LearningConfig.Replay(8, 10, 20), new LearningConfig.Metrics(10, 50));

    private TinyStream() {}

    static List<UserUpdate> updates(int count) {
        Random random = new Random(5);
        Map<String, List<Interaction>> sequences = new HashMap<>();
        List<UserUpdate> updates = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String user = "user-" + (i / 40 * 2 + random.nextInt(5));
            List<Interaction> sequence = sequences.computeIfAbsent(user, _ -> new ArrayList<>());
            int item = (7 * user.hashCode() + sequence.size() + random.nextInt(2)) & 31;
            sequence.add(new Interaction("item-" + item, i, null, Interaction.NO_EVENT_ID));
            updates.add(new UserUpdate(
                    user,
                    new SequenceUpdate(
                            new UserSequence(sequence),
                            List.of(sequence.size() - 1),
                            new ClickOrigin("clicks", 0, i, i))));
        }
        return updates;
    }

    /** Splits the updates into steps, of which the last may be smaller. */
    static List<List<UserUpdate>> steps(List<UserUpdate> updates) {
        List<List<UserUpdate>> steps = new ArrayList<>();
        for (int from = 0; from < updates.size(); from += STEP) {
            steps.add(updates.subList(from, Math.min(updates.size(), from + STEP)));
        }
        return steps;
    }

    static OnlineLearner learner(SeenItems seen) {
        return OnlineLearner.initial(MODEL, TrainingConfig.defaults(1), LEARNING, seen.policy());
    }

    static ComparisonConfig config(SeenItems seen, Set<ComparedMethod> methods) {
        FitConfig refit = new FitConfig(
                MODEL.encoder(),
                FitConfig.XAVIER,
                3,
                TrainingConfig.defaults(1),
                new FitConfig.Epochs(2, LearningRateSchedule.CONSTANT, 16),
                new FitConfig.Validation(1, seen, new HeldOutUsers(.5), 0));
        return new ComparisonConfig(
                MODEL, TrainingConfig.defaults(1), LEARNING, RepeatPolicy.OF_NOTHING, STEP, seen, methods, refit, 30);
    }
}
