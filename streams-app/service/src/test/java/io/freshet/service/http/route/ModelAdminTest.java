package io.freshet.service.http.route;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.ModelStores;
import io.freshet.service.http.exchange.ProblemException;
import io.freshet.service.http.exchange.ProblemType;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ModelAdminTest {
    @Test
    void shouldSayThatTheStoreDoesNotAnswerWhenItCannotBeReached() throws IOException {
        FreshetConfig config = FreshetConfig.of(Map.of(
                "model.store.url", "s3://models/freshet",
                "model.store.s3.endpoint", "http://127.0.0.1:1",
                "model.store.s3.region", "eu-central-1"));
        try (ModelAdmin admin = new ModelAdmin(config, ModelStores.open(config), InstantSource.system())) {
            assertThatExceptionOfType(ProblemException.class)
                    .isThrownBy(() -> admin.rollBack("000000000001-000000000000"))
                    .extracting(ProblemException::type)
                    .isEqualTo(ProblemType.STORE_UNAVAILABLE);
        }
    }
}
