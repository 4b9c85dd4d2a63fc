package io.freshet.training.journal;

import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.modellog.PublishedStep;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A digest of a model, which is written to the journal with each publication. It has no rows of items: if one of them
 * differs, the dense parameters differ after the next optimiser step that uses it.
 */
public final class ModelDigest {
    private ModelDigest() {}

    /** Returns the CRC-32C of the dense parameters, the mixture of network and memory, and the number of item rows. */
    public static int of(RecommenderModel model) {
        CRC32C crc = new CRC32C();
        crc.update(
                model.dense().asSlice(0, (long) model.denseSize() * Float.BYTES).asByteBuffer());
        double[] mixture = model.memory().config().isOn() ? model.memory().mixture() : new double[0];
        ByteBuffer rest = ByteBuffer.allocate(Double.BYTES * mixture.length + Integer.BYTES);
        for (double value : mixture) {
            rest.putDouble(value);
        }
        crc.update(rest.putInt(model.vocabulary().size()).flip());
        return (int) crc.getValue();
    }

    static boolean agrees(RecommenderModel model, PublishedStep published) {
        return published.step() == model.step() && published.digest() == of(model);
    }
}
