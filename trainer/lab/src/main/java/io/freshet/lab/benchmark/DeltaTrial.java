package io.freshet.lab.benchmark;

import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.search.Scorer;
import io.freshet.model.search.TopKResults;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.sequence.HistoryRows;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.metrics.Accuracy;
import io.freshet.training.online.DeltaBudget;
import io.freshet.training.step.OnlineLearner;
import io.freshet.training.step.StepOutcome;
import io.freshet.training.step.UserUpdate;
import java.util.Arrays;
import java.util.List;

/**
 * A learner, and a scorer that knows the learner's model by its deltas only. Before the learner learns from a step, both
 * rank the step's clicks: the learner with its newest weights, the scorer with those of the last delta. A clock of the
 * trial's own decides when a delta is due, so that two trials with the same clicks publish after the same steps.
 *
 * <p>The scorer answers the history before the click, with the items of the history among the candidates. The learner's
 * memory observes the clicks of a step one after the other, so its own ranks are somewhat better than those of any scorer.
 * Owns both models. Not thread-safe.
 */
public final class DeltaTrial implements AutoCloseable {
    /** An answer has this many items. */
    public static final int K = 10;

    private static final double NANOS_PER_SECOND = 1e9;

    private final OnlineConfig config;
    private final double clicksPerSecond;
    private final OnlineLearner learner;
    private final RecommenderModel served;
    private final Scorer scorer;
    private final TopKResults answers = new TopKResults();
    private final HistoryRows history;
    private final DeltaBudget budget;
    private long clicks;
    private long nextDeltaNanos;
    private long deltas;
    private long deltaBytes;
    private int events;
    private int[] learnerRanks = new int[1024]; // (events)
    private int[] servedRanks = new int[1024]; // (events)

    /**
     * The figures of a trial.
     *
     * @param clicks number of clicks
     * @param deltas number of deltas
     * @param deltaBytes bytes of all deltas, before compression
     * @param learner accuracy of the learner's ranks, after the first tenth of the events
     * @param served accuracy of the scorer's answers to the same events
     */
    public record Outcome(long clicks, long deltas, long deltaBytes, Accuracy learner, Accuracy served) {}

    /**
     * Creates a learner that has seen nothing, and a scorer with the same model.
     *
     * @param config {@code publishing} says how often deltas are due, and how many bytes they may have
     * @param clicksPerSecond how fast the clicks arrive by the trial's clock
     */
    public DeltaTrial(OnlineConfig config, double clicksPerSecond) {
        if (!(clicksPerSecond > 0)) {
            throw new IllegalArgumentException("clicks must arrive: clicksPerSecond=" + clicksPerSecond);
        }
        this.config = config;
        this.clicksPerSecond = clicksPerSecond;
        this.learner = OnlineLearner.initial(config.model(), config.training(), config.learning());
        this.served = RecommenderModel.initial(config.model(), config.learning().memory());
        this.scorer = new Scorer(config.model());
        this.history = new HistoryRows(config.learning().types());
        this.budget = new DeltaBudget(config.publishing().bytesPerSecond(), served.dim(), served.denseSize());
        this.nextDeltaNanos = config.publishing().deltaInterval().toNanos();
        budget.begin(0);
    }

    /** Ranks the clicks of a step with both models, learns from them, and brings the scorer the delta if one is due. */
    public void step(List<UserUpdate> updates) {
        int[] answered = updates.stream()
                .flatMapToInt(update ->
                        update.update().newPositions().stream().mapToInt(position -> servedRank(update, position)))
                .toArray();
        StepOutcome outcome = learner.step(updates);
        int[] ranks = outcome.targetRanks().served();
        for (int i = 0; i < ranks.length; i++) {
            if (StepRecord.isRanked(ranks[i])) {
                addEvent(ranks[i], answered[i]);
            }
        }
        clicks += updates.size();
        long nanos = Math.round(clicks / clicksPerSecond * NANOS_PER_SECOND);
        if (nanos >= nextDeltaNanos) {
            publish(nanos);
            nextDeltaNanos = nanos + config.publishing().deltaInterval().toNanos();
        }
    }

    private void addEvent(int learnerRank, int servedRank) {
        if (events == learnerRanks.length) {
            learnerRanks = Arrays.copyOf(learnerRanks, 2 * events);
            servedRanks = Arrays.copyOf(servedRanks, 2 * events);
        }
        learnerRanks[events] = learnerRank;
        servedRanks[events] = servedRank;
        events++;
    }

    /** Returns the place of the position's item in the scorer's answer to the history before it, or K + 1. */
    private int servedRank(UserUpdate update, int position) {
        List<Interaction> clicked = update.update().sequence().interactions();
        history.clear();
        for (Interaction event : clicked.subList(0, position)) {
            history.add(event, served.vocabulary().rowOf(event.itemId()));
        }
        int target = served.vocabulary().rowOf(clicked.get(position).itemId());
        if (history.size() == 0 || target == Vocabulary.NOT_FOUND) {
            return K + 1;
        }
        scorer.clear();
        scorer.add(served, history.rows(), history.size(), history.seen(), 0);
        scorer.answer(served, K, answers);
        int place = 0;
        while (place < answers.size(0) && answers.row(0, place) != target) {
            place++;
        }
        return place < answers.size(0) ? place + 1 : K + 1;
    }

    private void publish(long nanos) {
        List<ModelDelta> delta = learner.takeDelta(config.rowsPerPart(), budget.at(nanos));
        budget.spend(delta);
        List<byte[]> written = delta.stream().map(ModelLogCodec::encode).toList();
        served.apply(written.stream()
                .map(bytes -> (ModelDelta) ModelLogCodec.decode(bytes))
                .toList());
        deltas++;
        deltaBytes += written.stream().mapToLong(bytes -> bytes.length).sum();
    }

    /** Returns the figures so far. */
    public Outcome outcome() {
        return new Outcome(
                clicks,
                deltas,
                deltaBytes,
                Accuracy.of(counted(learnerRanks), K),
                Accuracy.of(counted(servedRanks), K));
    }

    /** Returns the places of the clicked items in the scorer's answers, or K + 1, after the first tenth of the events. */
    public int[] countedServedRanks() {
        return counted(servedRanks);
    }

    private int[] counted(int[] ranks) {
        return Arrays.copyOfRange(ranks, events / 10, events);
    }

    /** Returns the learner's model and the scorer's. */
    List<RecommenderModel> models() {
        return List.of(learner.model(), served);
    }

    @Override
    public void close() {
        learner.close();
        scorer.close();
        served.close();
    }
}
