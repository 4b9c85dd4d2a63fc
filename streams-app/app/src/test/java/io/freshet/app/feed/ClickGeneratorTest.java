package io.freshet.app.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.click.ClickCodec;
import io.freshet.client.click.MalformedClickException;
import io.freshet.lab.baseline.SequentialRules;
import io.freshet.lab.baseline.UserState;
import io.freshet.lab.baseline.WindowedPopularity;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.metrics.StreamAccuracy;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClickGeneratorTest {
    private static final GeneratorConfig CONFIG = new GeneratorConfig(7, 300, 240, false);
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1_700_000_000_000L));

    @Test
    void shouldMakeTheSameClicksWhenTheSeedIsTheSame() {
        assertThat(clicks(CONFIG, 500)).isEqualTo(clicks(CONFIG, 500));
        assertThat(clicks(CONFIG, 500)).isNotEqualTo(clicks(new GeneratorConfig(8, 300, 240, false), 500));
    }

    @Test
    void shouldMakeTheSameClicksWhateverTheDefaultLocale() {
        List<String> clicks = clicks(CONFIG, 500);
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("fa-IR"));
        try {
            assertThat(clicks(CONFIG, 500)).isEqualTo(clicks);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void shouldGrowTheCatalogueToTwiceItsSizeWhenClicksGoOn() {
        long items = clicks(CONFIG, 100_000).stream()
                .map(click -> click.substring(click.indexOf(' ') + 1))
                .distinct()
                .count();
        assertThat(items).isBetween(400L, 480L);
    }

    @Test
    void shouldLetItemsComeAndGoWhenThereIsTurnover() {
        List<String> items = clicks(new GeneratorConfig(7, 300, 240, true), 300_000).stream()
                .map(click -> click.substring(click.indexOf(' ') + 1))
                .toList();
        assertThat(items.stream().distinct().count()).isBetween(1_400L, 1_740L);
        Set<String> late = Set.copyOf(items.subList(280_000, 300_000));
        assertThat(late).hasSizeBetween(380, 580);
    }

    @Test
    void shouldHaveSomethingToLearnWhenOrderIsLookedAt() {
        Vocabulary vocabulary = new Vocabulary();
        SequentialRules rules = new SequentialRules(10_000);
        WindowedPopularity popularity = new WindowedPopularity(10_000);
        StreamAccuracy rulesAccuracy = new StreamAccuracy(10);
        StreamAccuracy popularityAccuracy = new StreamAccuracy(10);
        Map<String, List<Integer>> histories = new HashMap<>();
        for (String click : clicks(CONFIG, 20_000)) {
            String user = click.substring(0, click.indexOf(' '));
            List<Integer> clicked = histories.computeIfAbsent(user, _ -> new ArrayList<>());
            int[] history = clicked.stream().mapToInt(Integer::intValue).toArray();
            int item = vocabulary.addIfAbsent(click.substring(user.length() + 1));
            UserState before = new UserState(0, 0, history, history); // neither baseline looks at user and time
            boolean event = history.length > 0;
            rulesAccuracy.observe(event ? rules.rank(before, item).amongAll() : 0);
            popularityAccuracy.observe(event ? popularity.rank(before, item).amongAll() : 0);
            rules.observe(before, item);
            popularity.observe(before, item);
            clicked.add(item);
        }
        assertThat(rulesAccuracy.afterFirst(.5).ndcg()).isBetween(.2, .6);
        assertThat(popularityAccuracy.afterFirst(.5).ndcg()).isLessThan(.1);
    }

    @Test
    void shouldMakeTheClicksOfEarlierVersionsUnlessTheyDependOnStyles() {
        assertThat(clicks(new GeneratorConfig(7, 300, 240, true), 100_000).hashCode())
                .as("recorded figures depend on these clicks")
                .isEqualTo(1393051353);
    }

    @Test
    void shouldFollowTheStylesThatTitlesShow() {
        assertThat(sameWords(0)).isBetween(.05, .3);
        assertThat(sameWords(1)).isGreaterThan(.4);
    }

    /** Returns how many clicks are on an item whose title has a word of the title before, apart from topic and number. */
    private static double sameWords(double loyalty) {
        Map<String, Set<String>> words = new HashMap<>();
        ClickGenerator generator = new ClickGenerator(
                CONFIG,
                CLOCK,
                item -> {
                    List<String> title = List.of(item.title().split(" ", -1));
                    assertThat(title).startsWith(item.category()).hasSize(5);
                    assertThat(item.embedding()).hasSize(16);
                    words.put(item.itemId(), Set.copyOf(title.subList(1, 3)));
                },
                loyalty);
        Map<String, String> last = new HashMap<>();
        int same = 0;
        int pairs = 0;
        for (int i = 0; i < 5_000; i++) {
            SourceClick click = generator.next();
            String item = itemOf(click);
            String before = last.put(click.key(), item);
            if (before != null && !before.equals(item)) {
                pairs++;
                same += Collections.disjoint(wordsOf(words, item), wordsOf(words, before)) ? 0 : 1;
            }
        }
        return (double) same / pairs;
    }

    private static Set<String> wordsOf(Map<String, Set<String>> words, String item) {
        return words.getOrDefault(item, Set.of());
    }

    private static List<String> clicks(GeneratorConfig config, int count) {
        ClickGenerator generator = new ClickGenerator(config, CLOCK);
        List<String> clicks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            SourceClick click = generator.next();
            assertThat(click.position()).isEqualTo(i + 1L);
            clicks.add(click.key() + " " + itemOf(click));
        }
        return clicks;
    }

    private static String itemOf(SourceClick click) {
        try {
            return ClickCodec.parse(click.value()).itemId();
        } catch (MalformedClickException e) {
            throw new AssertionError(e);
        }
    }
}
