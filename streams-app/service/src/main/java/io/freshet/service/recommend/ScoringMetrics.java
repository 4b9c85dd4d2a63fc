package io.freshet.service.recommend;

import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.client.recommendation.Fallback;
import io.freshet.client.request.ItemSelection;
import io.freshet.service.catalogue.ItemCatalogue;
import io.freshet.service.catalogue.ItemContents;
import io.freshet.service.output.DeadLetterCounts;
import io.freshet.service.request.BadRequestException;
import io.freshet.training.telemetry.LatencyTimers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Metrics of the scorer since this process started. Thread-safe. */
public final class ScoringMetrics {
    private static final double[] TOGETHER = {1, 2, 4, 8, 16, 32, 64};
    private static final List<String> DEAD_REASONS = Stream.concat(
                    Stream.of(BadRequestException.Reason.values()).map(BadRequestException.Reason::code),
                    Stream.of(DeadLetterHeaders.NO_VALUE, DeadLetterHeaders.KEY_IS_NOT_THE_USER))
            .toList();

    private final MeterRegistry registry;
    private final Timer clickToRecommendation;
    private final Timer requestToAnswer;
    private final Timer scoring;
    private final DistributionSummary together;
    private final Timer requests;
    private final DeadLetterCounts deadRequests;
    private final Counter rekeyed;
    private final Counter malformedItems;
    private final Counter malformedContents;
    private final Counter explored;
    private final Counter fromModel;
    private final Map<Fallback, Counter> fromPopularity = new EnumMap<>(Fallback.class);
    private final Counter excluding;
    private final Counter includingOnly;
    private final Counter ofCategories;
    private final Counter capped;
    private final Counter withMinScore;

    ScoringMetrics(MeterRegistry registry) {
        this.registry = registry;
        clickToRecommendation = LatencyTimers.freshness(
                        "freshet.click.to.recommendation",
                        "Time from the timestamp of a click's Kafka record, before any re-keying, until its"
                                + " recommendation is passed to the producer, just before the commit")
                .register(registry);
        requestToAnswer = LatencyTimers.freshness(
                        "freshet.request.to.answer",
                        "Time from the timestamp of a request's Kafka record, before any re-keying, until its answer"
                                + " is passed to the producer, before the next commit")
                .register(registry);
        scoring = timer("freshet.scoring", "Time to answer all sequences that wait in a task");
        together = DistributionSummary.builder("freshet.scoring.together")
                .description("Number of sequences of a stream thread that are scored together")
                .serviceLevelObjectives(TOGETHER)
                .register(registry);
        requests = timer("freshet.requests", "Time to answer one request from the topic");
        deadRequests = new DeadLetterCounts(
                registry,
                "freshet.requests.dead.letters",
                "Requests that went to the dead letters, by reason",
                DEAD_REASONS);
        rekeyed = Counter.builder("freshet.requests.rekeyed")
                .description("Requests forwarded with their user as the key")
                .register(registry);
        malformedItems = Counter.builder("freshet.catalogue.malformed")
                .description("Malformed records of the catalogue; their items are treated as absent")
                .register(registry);
        malformedContents = Counter.builder("freshet.catalogue.contents.malformed")
                .description("Malformed titles and embeddings of the catalogue; their items are used without them")
                .register(registry);
        explored = Counter.builder("freshet.recommendations.explored")
                .description("New items in recommendations: items of the catalogue that the model does not know")
                .register(registry);
        fromModel = recommendations("none");
        for (Fallback fallback : Fallback.values()) {
            fromPopularity.put(fallback, recommendations(fallback.code()));
        }
        excluding = filtered("exclude");
        includingOnly = filtered("include-only");
        ofCategories = filtered("categories");
        capped = filtered("max-per-category");
        withMinScore = filtered("min-score");
    }

    /** Counts an answer by its fallback and its filters. */
    void answered(@Nullable Fallback fallback, ItemSelection selection) {
        (fallback == null ? fromModel : Objects.requireNonNull(fromPopularity.get(fallback))).increment();
        count(excluding, !selection.exclude().isEmpty());
        count(includingOnly, selection.includeOnly() != null);
        count(ofCategories, !selection.categories().isEmpty());
        count(capped, selection.maxPerCategory() > 0);
        count(withMinScore, selection.minScore() > 0);
    }

    /** Counts the new items of an answer. */
    void explored(int newItems) {
        explored.increment(newItems);
    }

    private static void count(Counter counter, boolean isUsed) {
        if (isUsed) {
            counter.increment();
        }
    }

    /** Records that several sequences were scored together. */
    public void scored(int sequences, long tookNs) {
        scoring.record(tookNs, TimeUnit.NANOSECONDS);
        together.record(sequences);
    }

    /**
     * Records the time from a click's record timestamp to its answer. A negative time, from differing clocks, is recorded
     * as 0.
     */
    public void clickAnswered(long ageMs) {
        clickToRecommendation.record(Math.max(0, ageMs), TimeUnit.MILLISECONDS);
    }

    /** Records the time from a request's record timestamp to its answer. A negative time is recorded as 0. */
    public void requestAnsweredAfter(long ageMs) {
        requestToAnswer.record(Math.max(0, ageMs), TimeUnit.MILLISECONDS);
    }

    public void requestAnswered(long tookNs) {
        requests.record(tookNs, TimeUnit.NANOSECONDS);
    }

    public void countRekeyedRequest() {
        rekeyed.increment();
    }

    public void countDeadRequest(String reason) {
        deadRequests.count(reason);
    }

    public void countMalformedItem() {
        malformedItems.increment();
    }

    /** Counts a title or an embedding that is malformed. */
    public void countMalformedContents() {
        malformedContents.increment();
    }

    void watch(ItemCatalogue catalogue, ItemContents contents) {
        Gauge.builder("freshet.catalogue.embeddings.ignored", contents, ItemContents::ignoredEmbeddings)
                .description("Embeddings of the catalogue that are ignored because most have another length")
                .register(registry);
        Gauge.builder("freshet.catalogue.items", catalogue, ItemCatalogue::size)
                .description("Items in the catalogue")
                .register(registry);
    }

    private Timer timer(String name, String description) {
        return LatencyTimers.computing(name, description).register(registry);
    }

    private Counter recommendations(String fallback) {
        return Counter.builder("freshet.recommendations")
                .description("Recommendations served, by fallback reason (none if the model answered)")
                .tag("fallback", fallback)
                .register(registry);
    }

    private Counter filtered(String filter) {
        return Counter.builder("freshet.recommendations.filtered")
                .description("Recommendations whose request named a filter, by filter")
                .tag("filter", filter)
                .register(registry);
    }
}
