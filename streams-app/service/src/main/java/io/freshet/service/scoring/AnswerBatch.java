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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task's updated sequences that one variant will answer together. The batches of all tasks of a stream thread share
 * their passes over the item table: when one of them needs its answers, waiting sequences of the others fill its last pass.
 * Used by that thread only.
 */
final class AnswerBatch {
    private static final Logger LOG = LoggerFactory.getLogger(AnswerBatch.class);

    private final Variant variant;
    private final int topK;
    private final List<AnswerBatch> ofThread;
    private final List<Asked> waiting = new ArrayList<>();

    private int unscored; // of those waiting

    /** An updated sequence in the batch, the trace context of its answer, and the outcome once it is scored. */
    static final class Asked {
        private final Record<byte[], SequenceUpdate> record;
        private final Context trace;
        private @Nullable Answer answer;
        private @Nullable RuntimeException failure;

        private Asked(Record<byte[], SequenceUpdate> record, Context trace) {
            this.record = record;
            this.trace = trace;
        }

        Record<byte[], SequenceUpdate> record() {
            return record;
        }

        Context trace() {
            return trace;
        }

        private boolean isScored() {
            return answer != null || failure != null;
        }
    }

    /** @param ofThread the batches of all tasks of the stream thread; this one is added until it is closed */
    AnswerBatch(Variant variant, int topK, List<AnswerBatch> ofThread) {
        this.variant = variant;
        this.topK = topK;
        this.ofThread = ofThread;
        ofThread.add(this);
    }

    Variant variant() {
        return variant;
    }

    void add(Record<byte[], SequenceUpdate> record, Context trace) {
        waiting.add(new Asked(record, trace));
        unscored++;
    }

    /** Returns whether the sequences that are not scored yet fill a pass. */
    boolean isFull() {
        return unscored >= Recommender.MOST_AT_ONCE;
    }

    /**
     * Answers all waiting sequences in order of arrival, and empties the batch. If scoring sequences together fails, each
     * sequence is scored alone, so that one bad sequence does not prevent the answers of the others.
     *
     * @param failed receives the sequences that cannot be answered even alone
     */
    void answer(BiConsumer<Asked, Answer> answered, BiConsumer<Asked, RuntimeException> failed) {
        if (waiting.isEmpty()) {
            return;
        }
        scoreAll();
        List<Asked> asked = List.copyOf(waiting);
        waiting.clear();
        unscored = 0;
        for (Asked one : asked) {
            if (one.answer != null) {
                answered.accept(one, one.answer);
            } else if (one.failure != null) {
                failed.accept(one, one.failure);
            }
        }
    }

    /** Forgets the waiting sequences. */
    void close() {
        waiting.clear();
        ofThread.remove(this);
    }

    /** Scores this batch's sequences, and as many of the thread's other sequences as fit into the same passes. */
    private void scoreAll() {
        List<Asked> own = waiting.stream().filter(one -> !one.isScored()).toList();
        if (own.isEmpty()) {
            return;
        }
        int passes = (own.size() + Recommender.MOST_AT_ONCE - 1) / Recommender.MOST_AT_ONCE;
        List<Asked> asked = new ArrayList<>(own);
        for (AnswerBatch other : ofThread) {
            if (other != this && other.variant.equals(variant)) {
                other.waiting.stream()
                        .filter(one -> !one.isScored())
                        .limit((long) passes * Recommender.MOST_AT_ONCE - asked.size())
                        .forEach(asked::add);
            }
        }
        for (int from = 0; from < asked.size(); from += Recommender.MOST_AT_ONCE) {
            score(asked.subList(from, Math.min(asked.size(), from + Recommender.MOST_AT_ONCE)));
        }
        own.forEach(this::scoreAlone);
        for (AnswerBatch batch : ofThread) {
            batch.unscored =
                    (int) batch.waiting.stream().filter(one -> !one.isScored()).count();
        }
    }

    /** Scores sequences in one pass. If that fails, they stay as they are. */
    private void score(List<Asked> asked) {
        try {
            List<Answer> answers = recommend(asked);
            for (int i = 0; i < answers.size(); i++) {
                asked.get(i).answer = answers.get(i);
            }
        } catch (RuntimeException e) {
            LOG.debug("Scoring {} sequences together failed", asked.size(), e);
        }
    }

    /** Scores a sequence that could not be scored together with others. */
    private void scoreAlone(Asked asked) {
        if (asked.isScored()) {
            return;
        }
        try {
            asked.answer = recommend(List.of(asked)).getFirst();
        } catch (RuntimeException e) {
            asked.failure = e;
        }
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
