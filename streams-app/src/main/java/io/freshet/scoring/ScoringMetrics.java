package io.freshet.scoring;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the scorer did since this process started. Thread-safe. */
public final class ScoringMetrics {
    private static final String RECOMMENDATIONS = "freshet.recommendations";

    private final Timer scoring;
    private final Counter fromModel;
    private final Map<Fallback, Counter> fromPopularity = new EnumMap<>(Fallback.class);

    public ScoringMetrics(MeterRegistry registry) {
        scoring = Timer.builder("freshet.scoring")
                .description("Time to answer one sequence")
                .publishPercentiles(0.5, 0.99)
                .register(registry);
        fromModel = counter(registry, "none");
        for (Fallback fallback : Fallback.values()) {
            fromPopularity.put(fallback, counter(registry, fallback.code()));
        }
    }

    void scored(@Nullable Fallback fallback, long tookNs) {
        scoring.record(tookNs, TimeUnit.NANOSECONDS);
        (fallback == null ? fromModel : Objects.requireNonNull(fromPopularity.get(fallback))).increment();
    }

    private static Counter counter(MeterRegistry registry, String fallback) {
        return Counter.builder(RECOMMENDATIONS)
                .description("Recommendations, by why they are popularity's")
                .tag("fallback", fallback)
                .register(registry);
    }
}
