package io.freshet.service.scoring;

import java.util.ArrayList;
import java.util.List;

/** What the scorers of all tasks of one stream thread share. Used by that thread only. */
final class AnswersOfThread {
    private final List<AnswerBatch> batches = new ArrayList<>();
    private final List<Runnable> scorers = new ArrayList<>();

    /** Returns the batches of all tasks. A batch adds and removes itself. */
    List<AnswerBatch> batches() {
        return batches;
    }

    /** @param answerWaiting answers what waits in one task, whichever task is current */
    void add(Runnable answerWaiting) {
        scorers.add(answerWaiting);
    }

    void remove(Runnable answerWaiting) {
        scorers.remove(answerWaiting);
    }

    /**
     * Answers what waits in any task. All tasks of a thread commit in one transaction, one after the other, and each waits
     * until the brokers have everything that it has sent. If each answered in its turn, every task would wait for a
     * round trip of its own. This way the first task's round trip is that of all.
     */
    void answerWaiting() {
        scorers.forEach(Runnable::run);
    }
}
