package io.freshet.service.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.output.Outputs;
import io.freshet.service.recommend.Variants;
import io.freshet.service.runtime.FreshetTopology;
import io.freshet.service.runtime.StreamsProperties;
import io.freshet.service.sequencer.BoundedRocksDb;
import io.freshet.service.sequencer.DropWarnings;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.telemetry.TraceHeaders;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Trace headers of clicks and requests, on every path through the topology. */
@SuppressWarnings("NullAway.Init") // each test calls start first
final class TracesTopologyTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final InstantSource AT_NOW = InstantSource.fixed(Instant.ofEpochMilli(NOW));
    private static final String STATE = "vendor=1";
    private static final String BAGGAGE = "shop=7";

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final LiveModel live = new LiveModel(new AdvancingClock(), registry);
    private final BoundedRocksDb.Memory memory = new BoundedRocksDb.Memory(4 << 20, 2 << 20);
    private TopologyTestDriver driver;

    @TempDir
    private Path stateDir;

    private void start() {
        FreshetConfig config = FreshetConfig.of(Map.of("state.dir", stateDir.toString()));
        Map<String, Object> properties = StreamsProperties.of(config);
        memory.shareThrough(properties);
        Properties driverProperties = new Properties();
        driverProperties.putAll(properties);
        Variants variants = new Variants(config, Map.of("", live), registry, new AdvancingClock());
        driver = new TopologyTestDriver(
                FreshetTopology.build(config, properties, variants, Outputs.of(config, registry, AT_NOW), registry),
                driverProperties);
    }

    @AfterEach
    void end() {
        driver.close();
        live.close();
        memory.close();
        GlobalOpenTelemetry.resetForTest();
    }

    @Test
    void shouldGiveEachRecommendationTheHeadersOfItsClickWhenSeveralAreAnsweredTogether() {
        start();
        input("clicks").pipeRecordList(List.of(click("ann", "ann", 1), click("bob", "bob", 2), click("ann", "ann", 3)));

        assertThat(parents("recommendations")).containsExactly(parent(1), parent(2), parent(3));
        assertThat(parents("sequences")).containsExactly(parent(1), parent(2), parent(3));
    }

    @Test
    void shouldCarryStateAndBaggageOverTheHopToTheUsersKey() {
        start();
        input("clicks").pipeInput(click("elsewhere", "ann", 4));

        TestRecord<byte[], byte[]> answer = output("recommendations").readRecord();
        assertThat(text(answer, "traceparent")).isEqualTo(parent(4));
        assertThat(text(answer, "tracestate")).isEqualTo(STATE);
        assertThat(text(answer, "baggage")).isEqualTo(BAGGAGE);
        assertThat(answer.headers().toArray()).hasSize(3);
    }

    @Test
    void shouldCarryThemToDeadLettersAndTombstones() {
        start();
        input("clicks")
                .pipeInput(new TestRecord<>("ann".getBytes(UTF_8), "{".getBytes(UTF_8), headers(5), Instant.EPOCH));
        input("clicks").pipeInput(new TestRecord<>("ann".getBytes(UTF_8), null, headers(6), Instant.EPOCH));

        assertThat(parents("dead-letters")).containsExactly(parent(5));
        assertThat(parents("recommendations")).containsExactly(parent(6));
    }

    @Test
    void shouldNameTaskAndTraceInTheLineThatTellsOfADroppedClick() {
        Logger logger = (Logger) LoggerFactory.getLogger(DropWarnings.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try {
            start();
            input("clicks")
                    .pipeInput(new TestRecord<>("ann".getBytes(UTF_8), "{".getBytes(UTF_8), headers(8), Instant.EPOCH));
        } finally {
            logger.detachAppender(lines);
        }
        assertThat(lines.list)
                .singleElement()
                .satisfies(line -> assertThat(line.getMDCPropertyMap())
                        .containsEntry("role", "streams")
                        .containsEntry("trace_id", trace(8))
                        .containsKey("task"));
        assertThat(MDC.get("trace_id")).isNull();
    }

    @Test
    void shouldCarryThemFromARequestToItsAnswer() {
        start();
        input("recommendation-requests")
                .pipeInput(new TestRecord<>(
                        "elsewhere".getBytes(UTF_8),
                        "{\"user_id\":\"ann\"}".getBytes(UTF_8),
                        headers(7),
                        Instant.EPOCH));

        assertThat(parents("recommendations")).containsExactly(parent(7));
    }

    @Test
    void shouldHaveASpanForEachAnswerInTheTraceOfItsClickWhenOpenTelemetryIsThere() {
        Kept kept = new Kept();
        SdkTracerProvider tracers = SdkTracerProvider.builder()
                .addSpanProcessor(SimpleSpanProcessor.create(kept))
                .build();
        GlobalOpenTelemetry.resetForTest();
        GlobalOpenTelemetry.set(OpenTelemetrySdk.builder()
                .setTracerProvider(tracers)
                .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
                .build());
        start();
        input("clicks").pipeRecordList(List.of(click("ann", "ann", 1), click("bob", "bob", 2)));

        assertThat(kept.spans).extracting(SpanData::getName).containsExactly("recommend", "recommend");
        assertThat(kept.spans).extracting(SpanData::getTraceId).containsExactly(trace(1), trace(2));
        assertThat(parents("recommendations"))
                .containsExactlyElementsOf(kept.spans.stream()
                        .map(span -> "00-" + span.getTraceId() + "-" + span.getSpanId() + "-01")
                        .toList());
    }

    /** An exporter that keeps the exported spans. */
    private static final class Kept implements SpanExporter {
        private final List<SpanData> spans = new ArrayList<>();

        @Override
        public CompletableResultCode export(Collection<SpanData> ended) {
            spans.addAll(ended);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    private static String trace(int number) {
        return "%032x".formatted(number);
    }

    private static String parent(int number) {
        return "00-" + trace(number) + "-00f067aa0ba902b7-01";
    }

    private static RecordHeaders headers(int number) {
        RecordHeaders headers = new RecordHeaders();
        headers.add(TraceHeaders.TRACEPARENT, parent(number).getBytes(UTF_8));
        headers.add(TraceHeaders.TRACESTATE, STATE.getBytes(UTF_8));
        headers.add(TraceHeaders.BAGGAGE, BAGGAGE.getBytes(UTF_8));
        return headers;
    }

    private static TestRecord<byte[], byte[]> click(String key, String user, int number) {
        Click click = new Click(user, "item-" + number, NOW + number, null, null);
        return new TestRecord<>(
                key.getBytes(UTF_8), ClickCodec.toJson(click), headers(number), Instant.ofEpochMilli(NOW + number));
    }

    private TestInputTopic<byte[], byte[]> input(String topic) {
        return driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private TestOutputTopic<byte[], byte[]> output(String topic) {
        return driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private List<@Nullable String> parents(String topic) {
        return output(topic).readRecordsToList().stream()
                .map(record -> text(record, TraceHeaders.TRACEPARENT))
                .toList();
    }

    private static @Nullable String text(TestRecord<byte[], byte[]> record, String header) {
        return TraceHeaders.textOf(record.headers(), header);
    }
}
