package io.freshet.training.journal;

import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.vocabulary.Vocabulary;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Compares a model with a delta that was published for it. */
final class DeltaCheck {
    private DeltaCheck() {}

    /** Returns whether the model is at the delta's last step and has exactly the values of the delta, bit for bit. */
    static boolean agrees(RecommenderModel model, ModelDelta delta) {
        return delta.toStep() == model.step()
                && itemsAgree(model, delta)
                && denseAgrees(model, delta)
                && rowsAgree(model, delta)
                && memoryAgrees(model, delta);
    }

    private static boolean itemsAgree(RecommenderModel model, ModelDelta delta) {
        Vocabulary vocabulary = model.vocabulary();
        boolean agrees = delta.vocabularyRows() == vocabulary.size();
        for (int i = 0; agrees && i < delta.newItemRows().length; i++) {
            agrees = vocabulary.rowOf(delta.newItems().get(i)) == delta.newItemRows()[i];
        }
        return agrees;
    }

    /** Compares the mixture only. The memory's lists are not in a delta: they follow from the clicks. */
    private static boolean memoryAgrees(RecommenderModel model, ModelDelta delta) {
        return delta.part() != 0
                || !model.memory().config().isOn()
                || Arrays.equals(delta.memory().mixture(), model.memory().mixture());
    }

    private static boolean denseAgrees(RecommenderModel model, ModelDelta delta) {
        long bytes = (long) model.denseSize() * Float.BYTES;
        return delta.part() != 0
                || (delta.dense().length == model.denseSize()
                        && model.dense().asSlice(0, bytes).mismatch(MemorySegment.ofArray(delta.dense())) == -1);
    }

    private static boolean rowsAgree(RecommenderModel model, ModelDelta delta) {
        MemorySegment values = MemorySegment.ofArray(delta.rowValues());
        long rowBytes = model.items().rowBytes();
        for (int i = 0; i < delta.rows().length; i++) {
            int row = delta.rows()[i];
            if (row >= model.items().rows()
                    || model.items()
                                    .memory(row)
                                    .asSlice(model.items().at(row), rowBytes)
                                    .mismatch(values.asSlice(i * rowBytes, rowBytes))
                            != -1) {
                return false;
            }
        }
        return true;
    }
}
