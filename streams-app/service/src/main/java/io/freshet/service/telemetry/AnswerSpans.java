package io.freshet.service.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Spans for answers that wait. Each span belongs to the trace of its own record and lasts from the record's arrival until
 * the answer is handed on, even if several records are answered together. If OpenTelemetry is not installed in this JVM, by
 * its agent or by code, there are no spans and headers are unchanged. Thread-safe.
 */
public final class AnswerSpans {
    private static final String SCOPE = "io.freshet";
    private static final TextMapGetter<Headers> GETTER = new HeadersGetter();

    private final String name;
    private final boolean installed;
    private final Tracer tracer;
    private final TextMapPropagator propagator;

    /** @param name name of the spans */
    public AnswerSpans(String name) {
        this.name = name;
        // The agent supplies its instance when this is called, not before.
        OpenTelemetry telemetry = GlobalOpenTelemetry.get();
        tracer = telemetry.getTracer(SCOPE);
        propagator = telemetry.getPropagators().getTextMapPropagator();
        installed = !propagator.fields().isEmpty();
    }

    /**
     * Begins the span of a record that has arrived. Its parent is the current span, or else the one in the record's
     * headers.
     */
    public Context begin(Headers headers) {
        if (!installed) {
            return Context.root();
        }
        Context current = Context.current();
        Context parent = Span.fromContext(current).getSpanContext().isValid()
                ? current
                : propagator.extract(Context.root(), headers, GETTER);
        return parent.with(tracer.spanBuilder(name).setParent(parent).startSpan());
    }

    /**
     * Hands an answer on within its span, and ends the span.
     *
     * @param answered context that {@link #begin} returned
     * @param headers headers of the record that is answered; not modified
     * @param handOn receives the headers of the answer
     */
    public void end(Context answered, Headers headers, Consumer<Headers> handOn) {
        if (!installed) {
            handOn.accept(headers);
            return;
        }
        Headers own = new RecordHeaders(headers);
        try (Scope _ = answered.makeCurrent()) {
            propagator.inject(answered, own, AnswerSpans::set);
            handOn.accept(own);
        } finally {
            Span.fromContext(answered).end();
        }
    }

    private static void set(@Nullable Headers headers, String name, String value) {
        if (headers != null) {
            headers.remove(name).add(name, value.getBytes(UTF_8));
        }
    }

    private static final class HeadersGetter implements TextMapGetter<Headers> {
        @Override
        public Iterable<String> keys(Headers headers) {
            List<String> keys = new ArrayList<>();
            for (Header header : headers) {
                keys.add(header.key());
            }
            return keys;
        }

        @Override
        public @Nullable String get(@Nullable Headers headers, String key) {
            return headers == null ? null : TraceHeaders.textOf(headers, key);
        }
    }
}
