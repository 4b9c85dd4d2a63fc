package io.freshet.workbench.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.fuzz.Fuzz;
import io.freshet.fuzz.JsonMutator;
import io.freshet.workbench.demo.count.Recommended;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

/** Tests the demo's reader of recommendations under {@link Fuzz}. The reader keeps only the item ids and builds no tree. */
final class DemoFuzzTest {
    @Test
    void shouldReadOrRefuseRecommendationsWhenTheyAreDamaged() {
        Fuzz.of("recommendation", Recommended::parse)
                .from("""
                        {"user_id":"u","items":[{"item_id":"a","score":0.5},{"item_id":"ü","score":0.1}],
                         "model":{"name":"main","step":7},
                         "cause":{"topic":"clicks","partition":0,"offset":1,"timestamp":1700000000000}}
                        """.getBytes(UTF_8), "{\"items\":[],\"fallback\":\"no-model\"}".getBytes(UTF_8))
                .damagedBy(JsonMutator.OF_JSON)
                .mayThrow(UncheckedIOException.class)
                .allocatingAtMost(1 << 18, 128)
                .run();
    }
}
