package io.freshet.service.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TraceHeadersTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

    @Test
    void shouldPassOnWhatIsWhatItMustBe() {
        Map<String, String> all = Map.of("traceparent", PARENT, "tracestate", "a=1,b=2", "baggage", "shop=7");

        assertThat(TraceHeaders.of(all::get)).isEqualTo(all);
        assertThat(TraceHeaders.traceIn(PARENT)).isEqualTo(TRACE);
    }

    @Test
    void shouldTakeMoreFromAVersionThatMaySayMore() {
        assertThat(TraceHeaders.traceIn("cc" + PARENT.substring(2) + "-more")).isEqualTo(TRACE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n"
            })
    void shouldLeaveOutParentAndStateWhenTheParentIsNone(String parent) {
        Map<String, String> headers = Map.of("traceparent", parent, "tracestate", "a=1", "baggage", "shop=7");

        assertThat(TraceHeaders.of(headers::get)).containsOnlyKeys("baggage");
    }

    @Test
    void shouldLeaveOutWhatIsTooLongOrNotThere() {
        Map<String, String> headers = new HashMap<>();
        headers.put("traceparent", PARENT);
        headers.put("tracestate", "s".repeat(513));
        headers.put("baggage", "b".repeat(8_193));

        assertThat(TraceHeaders.of(headers::get)).containsOnlyKeys("traceparent");
        assertThat(TraceHeaders.of(name -> null)).isEmpty();
    }
}
