package io.freshet.workbench.cold;

import io.freshet.client.item.CatalogueItem;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.recommend.Answer;
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
import java.util.stream.Stream;

/**
 * A learner, and several recommenders of its model that differ in the places that they give to new items. Before the learner
 * learns from a step, all answer the history before each click. Owns the models. Not thread-safe.
 */
public final class ColdTrial implements AutoCloseable {
    private static final int CLICKS_PER_FIT = 2_000;

    private final OnlineLearner learner;
    private final int k;
    private final List<Side> sides;
    private final Set<String> newItems = new HashSet<>();
    private final Set<String> clicked = new HashSet<>();
    private boolean isCounting;
    private int firstClicks;
    private int otherClicks;

    /** A way to choose the new items of an answer. */
    private enum Way {
        NONE("explore.share=0"),
        CATEGORY("by category"),
        TITLE("by title"),
        TITLE_AND_EMBEDDING("by title and embedding");

        private final String words;

        Way(String words) {
            this.words = words;
        }

        /** Returns the part of the catalogue's entry that the way uses. */
        private CatalogueItem reduce(CatalogueItem item) {
            return switch (this) {
                case NONE, CATEGORY -> item.withoutContents();
                case TITLE -> new CatalogueItem(item.categories(), item.available(), item.title(), List.of());
                case TITLE_AND_EMBEDDING -> item;
            };
        }
    }

    /** A recommender with a model and a catalogue of its own, and how many of the clicked items were in its answers. */
    private static final class Side implements AutoCloseable {
        final Way way;
        final Recommender.SharedState shared;
        final LiveModel live = new LiveModel(Clock.systemUTC(), new SimpleMeterRegistry());
        final Recommender recommender;
        int firstFound;
        int otherFound;
        long answers;
        long nanos;

        Side(Way way, FreshetConfig config, RecommenderModel served) {
            this.way = way;
            shared = Recommender.SharedState.of(config, new SimpleMeterRegistry(), Clock.systemUTC());
            live.open(new ServedModel(served, 1), "initial");
            recommender = new Recommender(shared, live, "");
        }

        boolean hasFound(UserSequence before, String itemId, int k) {
            long start = System.nanoTime();
            Answer answer = recommender.answerAll(List.of(before), k).getFirst();
            nanos += System.nanoTime() - start;
            answers++;
            return answer.itemIds().contains(itemId);
        }

        @Override
        public void close() {
            live.close();
        }
    }

    /**
     * What was counted.
     *
     * @param firstClicks number of first clicks on new items by users who had clicked before
     * @param otherClicks number of all other clicks by users who had clicked before
     * @param ways what each way of choosing new items found
     */
    public record Outcome(int firstClicks, int otherClicks, List<Found> ways) {}

    /**
     * How many of the clicked items were in the answer before the click.
     *
     * @param way how new items were chosen
     * @param first how many of the first clicks
     * @param other how many of the other clicks
     * @param micros mean time of an answer in microseconds
     */
    public record Found(String way, int first, int other, double micros) {}

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
        sides = Stream.of(Way.values())
                .map(way -> new Side(way, way == Way.NONE ? usual : exploring, initial(trainer)))
                .toList();
    }

    private RecommenderModel initial(OnlineConfig trainer) {
        RecommenderModel served =
                RecommenderModel.initial(trainer.model(), trainer.learning().memory());
        served.joinLineage(learner.model().lineage());
        return served;
    }

    /** Adds an item to the catalogue. */
    public void catalogue(String itemId, CatalogueItem item) {
        sides.forEach(side -> side.shared.catalogue().put(itemId, side.way.reduce(item)));
        if (isCounting) {
            newItems.add(itemId);
        }
    }

    /** Counts the clicks from now on. Items that are added to the catalogue from now on are the new ones. */
    public void beginCounting() {
        isCounting = true;
        sides.forEach(side -> side.recommender.fitContents());
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
            sides.forEach(side -> side.live.accept(part, false));
        }
    }

    private void answer(UserUpdate update, int position) {
        List<Interaction> events = update.update().sequence().interactions();
        String itemId = events.get(position).itemId();
        boolean isFirst = clicked.add(itemId) && newItems.contains(itemId);
        if (!isCounting || position == 0) {
            return;
        }
        if ((firstClicks + otherClicks) % CLICKS_PER_FIT == CLICKS_PER_FIT - 1) {
            sides.forEach(side -> side.recommender.fitContents());
        }
        firstClicks += isFirst ? 1 : 0;
        otherClicks += isFirst ? 0 : 1;
        UserSequence before = new UserSequence(events.subList(0, position));
        for (Side side : sides) {
            if (side.hasFound(before, itemId, k)) {
                side.firstFound += isFirst ? 1 : 0;
                side.otherFound += isFirst ? 0 : 1;
            }
        }
    }

    /** Returns how many items of the catalogue the model does not know. */
    public int unclicked() {
        Vocabulary known = learner.model().vocabulary();
        return sides.getFirst().shared.catalogue().size() - known.itemCount();
    }

    /** Returns what has been counted so far. */
    public Outcome outcome() {
        List<Found> ways = sides.stream()
                .map(side -> new Found(
                        side.way.words, side.firstFound, side.otherFound, side.nanos / 1e3 / Math.max(1, side.answers)))
                .toList();
        return new Outcome(firstClicks, otherClicks, ways);
    }

    @Override
    public void close() {
        sides.forEach(Side::close);
        learner.close();
    }
}
