package io.freshet.service.telemetry;

import io.opentelemetry.api.trace.Span;
import io.prometheus.metrics.tracer.common.SpanContext;
import org.jspecify.annotations.Nullable;

/**
 * The current span of OpenTelemetry, which histograms attach to their values as an exemplar. Without OpenTelemetry there is none.
 */
final class CurrentSpan implements SpanContext {
    @Override
    public @Nullable String getCurrentTraceId() {
        var span = Span.current().getSpanContext();
        return span.isValid() ? span.getTraceId() : null;
    }

    @Override
    public @Nullable String getCurrentSpanId() {
        var span = Span.current().getSpanContext();
        return span.isValid() ? span.getSpanId() : null;
    }

    @Override
    public boolean isCurrentSpanSampled() {
        return Span.current().getSpanContext().isSampled();
    }

    /** Does nothing: the span needs no mark. */
    @Override
    public void markCurrentSpanAsExemplar() {}
}
