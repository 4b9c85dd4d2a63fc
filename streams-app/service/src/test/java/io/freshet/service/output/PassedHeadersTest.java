package io.freshet.service.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

final class PassedHeadersTest {
    @Test
    void shouldPassTraceContextAndCorrelationIdAndNothingElse() {
        Headers received = headers("traceparent", "tracestate", "baggage", "correlation-id", "freshet.reason", "mine");

        assertThat(names(new PassedHeaders(List.of()).of(received)))
                .containsExactly("traceparent", "tracestate", "baggage", "correlation-id");
    }

    @Test
    void shouldPassWhatTheConfigurationNames() {
        Headers received = headers("b3", "mine", "other");

        assertThat(names(new PassedHeaders(List.of("b3")).with("mine").of(received)))
                .containsExactly("b3", "mine");
    }

    @Test
    void shouldPassTheLastOfSeveralAndLeaveOutOneWithoutAValue() {
        RecordHeaders received = new RecordHeaders();
        received.add("traceparent", "first".getBytes(UTF_8)).add("traceparent", "last".getBytes(UTF_8));
        received.add("baggage", null);

        Headers passed = new PassedHeaders(List.of()).of(received);
        assertThat(names(passed)).containsExactly("traceparent");
        assertThat(passed.lastHeader("traceparent").value()).isEqualTo("last".getBytes(UTF_8));
    }

    @Test
    void shouldPassTheMarkOfAnImportHoweverLongTheOthersAre() {
        RecordHeaders received = new RecordHeaders();
        List.of("traceparent", "baggage").forEach(name -> received.add(name, new byte[PassedHeaders.LONGEST_VALUE]));
        received.add(ImportMark.HEADER, "id".getBytes(UTF_8));

        assertThat(names(new PassedHeaders(List.of()).of(received))).containsExactly(ImportMark.HEADER, "traceparent");
    }

    @Test
    void shouldBeTheReceiversOwn() {
        Headers received = headers("traceparent");
        new PassedHeaders(List.of()).of(received).add("more", new byte[0]);

        assertThat(names(received)).containsExactly("traceparent");
    }

    private static Headers headers(String... names) {
        RecordHeaders headers = new RecordHeaders();
        Arrays.stream(names).forEach(name -> headers.add(name, name.getBytes(UTF_8)));
        return headers;
    }

    private static List<String> names(Headers headers) {
        return Arrays.stream(headers.toArray()).map(Header::key).toList();
    }
}
