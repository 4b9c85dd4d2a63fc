package io.freshet.dl4j;

import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.EncoderType;
import io.freshet.model.encoder.EncoderTypes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Caser (Tang and Wang, "Personalized Top-N Sequential Recommendation via Convolutional Sequence Embedding", WSDM
 * 2018) as a DL4J graph. With E (L, d) the vectors of the newest L = 5 items, zeros where there are fewer:
 *
 * <pre>
 * vertical:    v[k, c] = bv[k] + Σ_t Wv[k, t] · E[t, c]                           k &lt; 4 filters (L, 1): 4 d numbers
 * horizontal:  o[h, k] = max_t relu(bh[h, k] + Σ_i Σ_c Wh[h, k, i, c] · E[t + i, c])  heights h = 1..5, k &lt; 16: 80 numbers
 * state:       dropout([v, o]) · W + b                                            (d)
 * </pre>
 *
 * <p>This differs from the paper in two ways. There is no user vector, because a table of users is unbounded on a
 * stream. Inputs and scores use the same item vectors (the table is tied), so the state is as wide as an item vector
 * and does not end with a ReLU. With a ReLU, scores would be inner products with non-negative numbers, which pushes
 * each item vector into or out of one orthant, but the filters need the signs of the same vectors. The paper's own
 * last layer has 2 d inputs, half of which are a user vector with signs.
 */
public final class CaserType implements EncoderType {
    private static final String NAME = "caser";

    /** Number of items that the network sees. */
    static final int LENGTH = 5;

    private static final int VERTICAL = 4;
    private static final int HORIZONTAL = 16;

    public CaserType() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Set<String> settings() {
        return Set.of();
    }

    /** Returns the shape. Caser sees five items, even if {@code max_length} is larger. */
    @Override
    public EncoderShape shape(Map<String, Object> settings) {
        int dim = EncoderType.required(settings, EncoderTypes.DIM);
        int maxLength = EncoderType.required(settings, EncoderTypes.MAX_LENGTH);
        if (maxLength < LENGTH) {
            throw new IllegalArgumentException(
                    "max_length must be at least " + LENGTH + " for caser: max_length=" + maxLength);
        }
        Dl4jShape shape = new Dl4jShape(NAME, dim, LENGTH, NetworkFile.canonical(network(dim)), false);
        shape.requireDigest(settings);
        return shape;
    }

    /** Returns the graph's JSON for this width. */
    static String network(int dim) {
        try (InputStream in = Objects.requireNonNull(CaserType.class.getResourceAsStream("caser.json.template"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("${dim}", Integer.toString(dim))
                    .replace("${features}", Integer.toString(VERTICAL * dim + LENGTH * HORIZONTAL));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
