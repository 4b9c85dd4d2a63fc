package io.freshet.app.feed;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * An endless stream of clicks from a synthetic shop, with learnable structure.
 *
 * <p>A few dozen users browse concurrently. Each user follows one of their topics of interest: mostly from an item to
 * one of the few items that tend to follow it, sometimes to a popular item of the topic, and occasionally to another
 * topic. After a visit a user may take up a new interest. The catalogue grows with the clicks to twice its initial
 * size. After that it stays fixed, or new items keep replacing old ones. Each item has a style. By default, clicks do not depend
 * on it.
 *
 * <p>The sequence of users and items is a function of the configuration alone; only the click times come from the
 * clock. Position {@code i} is the i-th click.
 */
public final class ClickGenerator implements ClickSource {
    private static final int VISITS_AT_ONCE = 60;
    private static final int INTERESTS = 3;
    private static final int CLICKS_PER_NEW_ITEM = 200;
    private static final double STAY = 0.88; // a visit has 8 clicks on average
    private static final double FOLLOW = 0.62;
    private static final double POPULAR = 0.95; // up to here, a popular item of the same topic; above, of any topic
    private static final double NEW_INTEREST = 0.08;

    private final GeneratorConfig config;
    private final InstantSource clock;
    private final SplittableRandom random;
    private final SyntheticCatalogue catalogue;
    private final int[][] interests; // (users, INTERESTS) topics, strongest first
    private final int[] styles; // (users) the style that a user prefers
    private final List<Visit> visits = new ArrayList<>();
    private long position;

    private static final class Visit {
        private final int user;
        private int topic;
        private SyntheticCatalogue.Item last;

        private Visit(int user, int topic, SyntheticCatalogue.Item last) {
            this.user = user;
            this.topic = topic;
            this.last = last;
        }
    }

    public ClickGenerator(GeneratorConfig config, InstantSource clock) {
        this(config, clock, _ -> {});
    }

    /** @param catalogue receives each item of the shop as soon as the shop has it, before any click on it */
    public ClickGenerator(GeneratorConfig config, InstantSource clock, Consumer<ShopItem> catalogue) {
        this(config, clock, catalogue, 0);
    }

    /**
     * Creates a stream of clicks that depend on the styles of items.
     *
     * @param loyalty probability that each choice of a popular item is limited to those of the style that the user prefers, and
     *     that a follower of an item has its style; 0 for clicks that do not depend on styles
     */
    public ClickGenerator(GeneratorConfig config, InstantSource clock, Consumer<ShopItem> catalogue, double loyalty) {
        this.config = config;
        this.clock = clock;
        this.random = new SplittableRandom(config.seed());
        SplittableRandom ofStyles = new SplittableRandom(config.seed() + 1);
        ItemStyles itemStyles = new ItemStyles(SyntheticCatalogue.TOPICS, ofStyles);
        this.styles = IntStream.generate(itemStyles::next).limit(config.users()).toArray();
        this.catalogue = new SyntheticCatalogue(config.items(), random, itemStyles, loyalty, catalogue);
        this.interests = new int[config.users()][INTERESTS];
        for (int[] topics : interests) {
            for (int i = 0; i < INTERESTS; i++) {
                topics[i] = random.nextInt(SyntheticCatalogue.TOPICS);
            }
        }
        for (int i = 0; i < VISITS_AT_ONCE; i++) {
            visits.add(newVisit());
        }
    }

    @Override
    public SourceClick next() {
        position++;
        if (position % CLICKS_PER_NEW_ITEM == 0) {
            renew();
        }
        int place = random.nextInt(VISITS_AT_ONCE);
        Visit visit = visits.get(place);
        SourceClick click = click(visit);
        if (random.nextDouble() < STAY) {
            goOn(visit);
        } else {
            drift(visit.user);
            visits.set(place, newVisit());
        }
        return click;
    }

    /** Adds items to the shop at once. They become followers of popular items, as all new items do. */
    public void add(int items) {
        for (int i = 0; i < items; i++) {
            catalogue.grow(random);
        }
    }

    private void renew() {
        if (catalogue.size() < 2 * config.items()) {
            catalogue.grow(random);
        } else if (config.turnover()) {
            catalogue.replace(random);
        }
    }

    private SourceClick click(Visit visit) {
        String userId = String.format(Locale.ROOT, "user-%05d", visit.user + 1);
        Click click = new Click(userId, visit.last.id(), clock.millis(), "view", "click-" + position);
        return new SourceClick(position, userId, ClickCodec.toJson(click));
    }

    private void goOn(Visit visit) {
        double draw = random.nextDouble();
        if (draw < FOLLOW) {
            visit.last = catalogue.follower(visit.last, random);
        } else {
            visit.topic = draw < POPULAR ? visit.topic : random.nextInt(SyntheticCatalogue.TOPICS);
            visit.last = catalogue.popular(visit.topic, styles[visit.user], random);
        }
    }

    private Visit newVisit() {
        // Some users visit far more often than others.
        int user = (int) (config.users() * Math.pow(random.nextDouble(), 2));
        int one = random.nextInt(INTERESTS);
        int other = random.nextInt(INTERESTS);
        int topic = interests[user][Math.min(one, other)]; // the stronger of the two
        return new Visit(user, topic, catalogue.popular(topic, styles[user], random));
    }

    private void drift(int user) {
        if (random.nextDouble() < NEW_INTEREST) {
            interests[user][random.nextInt(INTERESTS)] = random.nextInt(SyntheticCatalogue.TOPICS);
        }
    }

    @Override
    public void close() {}
}
