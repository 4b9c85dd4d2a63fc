package io.freshet.dl4j;

import java.util.Arrays;
import java.util.List;

/**
 * One layer or vertex of a network.
 *
 * @param name the name in the configuration
 * @param type simple name of its class
 * @param parameters number of its parameters
 * @param output shape of its output for one sequence, without the batch
 */
public record LayerSummary(String name, String type, long parameters, List<Long> output) {
    static LayerSummary of(String name, String type, long parameters, long... shape) {
        return new LayerSummary(
                name, type, parameters, Arrays.stream(shape).skip(1).boxed().toList());
    }

    /**
     * Returns how often the layer's parameters are applied to a sequence: once for each place of its output, or of its input
     * for LastTimeStep and Bidirectional.
     */
    long places(int maxLength) {
        if (type.equals("LastTimeStep") || type.equals("Bidirectional")) {
            return maxLength;
        }
        return output.stream().skip(1).reduce(1L, (a, b) -> a * b);
    }
}
