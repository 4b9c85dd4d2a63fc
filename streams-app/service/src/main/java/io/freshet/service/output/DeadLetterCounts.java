package io.freshet.service.output;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Counters of refused records, one per reason. All are registered at the start: if a counter appeared with its first
 * increment, a monitoring system would not see an increase.
 */
public final class DeadLetterCounts {
    private final Map<String, Counter> byReason;

    /** @param reasons in kebab case; no other reason can be counted */
    public DeadLetterCounts(MeterRegistry registry, String name, String description, Collection<String> reasons) {
        byReason = reasons.stream()
                .collect(Collectors.toUnmodifiableMap(
                        Function.identity(),
                        reason -> Counter.builder(name)
                                .description(description)
                                .tag("reason", reason)
                                .register(registry)));
    }

    public void count(String reason) {
        Objects.requireNonNull(
                        byReason.get(reason), () -> "the reason must be one of " + byReason.keySet() + ": " + reason)
                .increment();
    }
}
