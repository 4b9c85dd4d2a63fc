package io.freshet.workbench.cold;

import io.freshet.client.item.CatalogueItem;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.recommend.Recommender;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.serving.ServedModel;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.UserSequence;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.learner.ModelChanges;
import io.freshet.training.step.OnlineLearner;
import io.freshet.training.step.UserUpdate;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A learner and two recommenders of its model: one gives places to new items, the other does not. Before the learner learns
 * from a step, both answer the history before each click. Owns the models. Not thread-safe.
 */
public final class ColdTrial implements AutoCloseable {
    private final OnlineLearner learner;
    private final LiveModel live;
    private final int k;
    private final Side usual;
    private final Side exploring;
    private final Set<String> newItems = new HashSet<>();
    private final Set<String> clicked = new HashSet<>();
    private boolean isCounting;
    private int firstClicks;
    private int otherClicks;

    /** A recommender, and how many of the clicked items were in its answers. */
    private static final class Side {
        final Recommender.SharedState shared;
        final Recommender recommender;
        int firstClicks;
        int otherClicks;

        Side(FreshetConfig config, LiveModel live) {
            shared = Recommender.SharedState.of(config, new SimpleMeterRegistry(), Clock.systemUTC());
            recommender = new Recommender(shared, live, "");
        }

        boolean hasFound(UserSequence before, String itemId, int k) {
            return recommender
                    .answerAll(List.of(before), k)
                    .getFirst()
                    .itemIds()
                    .contains(itemId);
        }
    }

    /**
     * What was counted.
     *
     * @param firstClicks number of first clicks on new items by users who had clicked before
     * @param firstFound how many of these items were in the usual answer before the click
     * @param firstFoundExploring how many were in the answer that has places for new items
     * @param otherClicks number of all other clicks by users who had clicked before
     */
    public record Outcome(
            int firstClicks,
            int firstFound,
            int firstFoundExploring,
            int otherClicks,
            int otherFound,
            int otherFoundExploring) {}

    /**
     * Creates a learner that has seen nothing.
     *
     * @param usual configuration without exploration
     * @param exploring the same with exploration
     * @param k number of items in an answer
     */
    public ColdTrial(FreshetConfig usual, FreshetConfig exploring, int k) {
        OnlineConfig trainer = usual.trainer();
        this.k = k;
        learner = OnlineLearner.initial(trainer.model(), trainer.training(), trainer.learning());
        live = new LiveModel(Clock.systemUTC(), new SimpleMeterRegistry());
        RecommenderModel served =
                RecommenderModel.initial(trainer.model(), trainer.learning().memory());
        served.joinLineage(learner.model().lineage());
        live.open(new ServedModel(served, 1), "initial");
        this.usual = new Side(usual, live);
        this.exploring = new Side(exploring, live);
    }

    /** Adds an item to the catalogue. */
    public void catalogue(String itemId, String category) {
        CatalogueItem item = new CatalogueItem(List.of(category), true); // both catalogues have the same entries
        usual.shared.catalogue().put(itemId, item);
        exploring.shared.catalogue().put(itemId, item);
        if (isCounting) {
            newItems.add(itemId);
        }
    }

    /** Counts the clicks from now on. Items that are added to the catalogue from now on are the new ones. */
    public void beginCounting() {
        isCounting = true;
    }

    /** Answers the histories before the clicks of a step, then learns from the step. */
    public void step(List<UserUpdate> updates) {
        for (UserUpdate update : updates) {
            for (int position : update.update().newPositions()) {
                answer(update, position);
            }
        }
        learner.step(updates);
        for (ModelDelta part : learner.takeDelta(Integer.MAX_VALUE, ModelChanges.Selection.ALL)) {
            live.accept(part, false);
        }
    }

    private void answer(UserUpdate update, int position) {
        List<Interaction> events = update.update().sequence().interactions();
        String itemId = events.get(position).itemId();
        boolean isFirst = clicked.add(itemId);
        if (!isCounting || position == 0) {
            return;
        }
        UserSequence before = new UserSequence(events.subList(0, position));
        boolean isFound = usual.hasFound(before, itemId, k);
        boolean isFoundExploring = exploring.hasFound(before, itemId, k);
        if (isFirst && newItems.contains(itemId)) {
            firstClicks++;
            usual.firstClicks += isFound ? 1 : 0;
            exploring.firstClicks += isFoundExploring ? 1 : 0;
        } else {
            otherClicks++;
            usual.otherClicks += isFound ? 1 : 0;
            exploring.otherClicks += isFoundExploring ? 1 : 0;
        }
    }

    /** Returns how many items of the catalogue the model does not know. */
    public int unclicked() {
        Vocabulary known = learner.model().vocabulary();
        return usual.shared.catalogue().size() - known.itemCount();
    }

    /** Returns what has been counted so far. */
    public Outcome outcome() {
        return new Outcome(
                firstClicks,
                usual.firstClicks,
                exploring.firstClicks,
                otherClicks,
                usual.otherClicks,
                exploring.otherClicks);
    }

    @Override
    public void close() {
        live.close();
        learner.close();
    }
}
