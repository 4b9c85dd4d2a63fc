package io.freshet.service.scoring;

import io.freshet.service.recommend.Answer;
import io.freshet.service.recommend.Recommender;
import io.freshet.service.recommend.Variant;
import io.freshet.store.sequence.SequenceUpdate;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.processor.api.Record;

/** A batch of updated sequences that one variant will answer together. Not thread-safe. */
final class AnswerBatch {
    private final Variant variant;
    private final int topK;
    private final List<Asked> waiting = new ArrayList<>();

    /** An updated sequence in the batch, and the trace context of its answer. */
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

    /**
     * Answers all waiting sequences in order of arrival, and empties the batch. If answering them together fails, each
     * sequence is answered alone, so that one bad sequence does not prevent the answers of the others.
     *
     * @param failed receives the sequences that cannot be answered even alone
     */
    void answer(BiConsumer<Asked, Answer> answered, BiConsumer<Asked, RuntimeException> failed) {
        if (waiting.isEmpty()) {
            return;
        }
        List<Asked> asked = List.copyOf(waiting);
        waiting.clear();
        List<Answer> answers;
        try {
            answers = recommend(asked);
        } catch (RuntimeException together) {
            asked.forEach(one -> answerAlone(one, answered, failed));
            return;
        }
        for (int i = 0; i < answers.size(); i++) {
            answered.accept(asked.get(i), answers.get(i));
        }
    }

    private void answerAlone(
            Asked asked, BiConsumer<Asked, Answer> answered, BiConsumer<Asked, RuntimeException> failed) {
        Answer answer;
        try {
            answer = recommend(List.of(asked)).getFirst();
        } catch (RuntimeException e) {
            failed.accept(asked, e);
            return;
        }
        answered.accept(asked, answer);
    }

    private List<Answer> recommend(List<Asked> asked) {
        long startNs = System.nanoTime();
        Recommender recommender = variant.recommender();
        List<Answer> answers = recommender.answerAll(
                asked.stream().map(one -> one.record().value().sequence()).toList(), topK);
        recommender.metrics().scored(answers.size(), System.nanoTime() - startNs);
        return answers;
    }
}
