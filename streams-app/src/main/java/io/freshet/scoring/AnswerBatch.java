package io.freshet.scoring;

import io.freshet.sequence.SequenceUpdate;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.processor.api.Record;

/** Updated sequences that wait for one variant to answer them together. Not thread-safe. */
final class AnswerBatch {
    private final Variant variant;
    private final int topK;
    private final List<Asked> waiting = new ArrayList<>();

    /** An updated sequence that waits, and the trace that its answer is a part of. */
    record Asked(Record<byte[], SequenceUpdate> record, Context trace) {}

    AnswerBatch(Variant variant, int topK) {
        this.variant = variant;
        this.topK = topK;
    }

    Variant variant() {
        return variant;
    }

    void add(Record<byte[], SequenceUpdate> record, Context trace) {
        waiting.add(new Asked(record, trace));
    }

    boolean isFull() {
        return waiting.size() == Recommender.MOST_AT_ONCE;
    }

    /** Answers those that wait, in the order in which they came; none wait afterwards. */
    void answer(BiConsumer<Asked, Recommendation> answered) {
        if (waiting.isEmpty()) {
            return;
        }
        long startNs = System.nanoTime();
        Recommender recommender = variant.recommender();
        List<Recommendation> answers = recommender.answerAll(
                waiting.stream().map(asked -> asked.record().value().sequence()).toList(), topK);
        for (int i = 0; i < answers.size(); i++) {
            answered.accept(waiting.get(i), answers.get(i));
        }
        recommender.metrics().scored(answers.size(), System.nanoTime() - startNs);
        waiting.clear();
    }
}
