package io.freshet.model.encoder.network;

import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.ParameterLayout.Linear;
import io.freshet.model.encoder.ParameterLayout.Norm;
import io.freshet.model.encoder.ParameterLayout.Parameter;
import io.freshet.model.encoder.layer.FeedForward;
import io.freshet.model.encoder.layer.SelfAttention;
import java.util.ArrayList;
import java.util.List;

/**
 * The parameters of {@link SasRec}.
 *
 * <pre>
 * positions                        (maxLength, d)
 * for each block:
 *   attention_norm.{gain,bias}     (d)
 *   {query,key,value,output}.weight (d, d)   .bias (d)
 *   forward_norm.{gain,bias}       (d)
 *   {hidden,projection}.weight     (d, d)    .bias (d)
 * final_norm.{gain,bias}           (d)
 * </pre>
 */
public final class SasRecLayout {
    private final ParameterLayout parameters = new ParameterLayout();
    private final List<Block> blocks = new ArrayList<>();
    private final Parameter positions;
    private final Norm finalNorm;

    public SasRecLayout(SasRecConfig config) {
        int d = config.dim();
        positions = parameters.add("positions", config.maxLength(), d);
        for (int i = 0; i < config.blocks(); i++) {
            blocks.add(block("blocks." + i + ".", d));
        }
        finalNorm = parameters.norm("final_norm", d);
    }

    private Block block(String prefix, int d) {
        Norm attentionNorm = parameters.norm(prefix + "attention_norm", d);
        SelfAttention.Parameters attention = new SelfAttention.Parameters(
                parameters.linear(prefix + "query", d, d),
                parameters.linear(prefix + "key", d, d),
                parameters.linear(prefix + "value", d, d),
                parameters.linear(prefix + "output", d, d),
                attentionNorm);
        Norm forwardNorm = parameters.norm(prefix + "forward_norm", d);
        return new Block(
                attention,
                new FeedForward.Parameters(
                        parameters.linear(prefix + "hidden", d, d),
                        parameters.linear(prefix + "projection", d, d),
                        forwardNorm));
    }

    /** The parameters of a block. Its feed-forward network is as wide as its input. */
    record Block(SelfAttention.Parameters attention, FeedForward.Parameters feedForward) {
        List<Linear> linears() {
            List<Linear> linears = new ArrayList<>(attention.linears());
            linears.addAll(feedForward.linears());
            return linears;
        }
    }

    ParameterLayout parameters() {
        return parameters;
    }

    /** Returns the number of floats in the block. */
    public int size() {
        return parameters.size();
    }

    List<Block> blocks() {
        return blocks;
    }

    Parameter positions() {
        return positions;
    }

    public Norm finalNorm() {
        return finalNorm;
    }
}
