package io.freshet.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.model.tensor.FloatBlock;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The state of a sequence must not depend on how much padding is before it. */
class PaddingTest {
    private static final int DIM = 6;
    private static final int ITEMS = 3;

    @Test
    void shouldComputeNothingFromPadding() {
        NeuralNetConfiguration.ListBuilder stacked = new NeuralNetConfiguration.Builder().list();
        String json = stacked.layer(new LSTM.Builder().nOut(5).build())
                .layer(new MaskLayer())
                .layer(new DenseLayer.Builder().nOut(4).build())
                .layer(new SimpleRnn.Builder().nOut(5).build())
                .layer(new LastTimeStep(new LSTM.Builder().nOut(DIM).build()))
                .setInputType(InputType.recurrent(DIM))
                .build()
                .toJson();
        NetworkDefinition definition = new NetworkDefinition(NetworkFile.canonical(json));
        try (FloatBlock weights = FloatBlock.zeros(definition.parameters())) {
            weights.array()
                    .assign(definition.draw(1).reshape(definition.parameters()).addi(.1));
            Network network = definition.open(weights);

            INDArray alone = state(network, ITEMS);
            INDArray padded = state(network, ITEMS + 9);
            assertThat(alone.amaxNumber().doubleValue()).isGreaterThan(.01);
            assertThat(padded.distance2(alone)).isLessThan(1e-6);
        }
    }

    private static INDArray state(Network network, int length) {
        INDArray items = Nd4j.zeros(DataType.FLOAT, 1, DIM, length);
        INDArray mask = Nd4j.zeros(DataType.FLOAT, 1, length);
        INDArray last =
                items.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(length - ITEMS, length));
        for (int place = 0; place < ITEMS; place++) {
            for (int i = 0; i < DIM; i++) {
                last.putScalar(new int[] {0, i, place}, (float) Math.cos(place * DIM + i));
            }
            mask.putScalar(0, length - ITEMS + place, 1);
        }
        return network.forward(items, mask, List.of(), false).dup();
    }
}
