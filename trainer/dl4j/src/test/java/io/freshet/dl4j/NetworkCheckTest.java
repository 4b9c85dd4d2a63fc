package io.freshet.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkCheckTest {
    static Stream<Dl4jShape> shapes() throws IOException {
        return Stream.of(
                Networks.caser(64),
                Networks.caser(16),
                Networks.shape(64, 7, Networks.lstm()),
                Networks.convolution(16, 9),
                Networks.recurrent(16, 6));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldHaveTheGradientsOfItsStatesAndTheSameBitsTwice(Dl4jShape shape) {
        NetworkCheck check = NetworkCheck.of(shape, false);

        assertThat(check.problem()).isEmpty();
        assertThat(check.itemError()).isBetween(0.0, .005);
        assertThat(check.parameterError()).isBetween(0.0, .005);
        assertThat(check.layers().stream().mapToLong(LayerSummary::parameters).sum())
                .isEqualTo(check.parameters())
                .isEqualTo(shape.layout().size());
    }
}
