package io.freshet.service.serving;

import io.freshet.client.request.ItemSelection;
import io.freshet.service.catalogue.ItemCatalogue;
import io.freshet.service.request.ItemFilter;
import io.freshet.service.telemetry.LogIds;
import io.freshet.store.event.EventTypes;
import io.freshet.store.sequence.HistoryRows;
import io.freshet.store.sequence.Interaction;
import io.freshet.training.liveness.DeadlyErrors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warms up the JVM before the first user waits for an answer. Queries the first served model with random histories of its
 * own items, alone and several at once, until answers no longer get faster, so that the JIT has compiled the code. The
 * answers are discarded and appear in no metric. Thread-safe.
 */
public final class WarmUp implements ModelListener {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    /** Time limit, longer than a warm-up normally takes: the JIT compilers may be late on a busy machine. */
    private static final Duration MOST = Duration.ofSeconds(5);

    private static final int ROUND = 32;
    private static final int TOGETHER = 8;
    private static final int STEADY_ROUNDS = 5;
    private static final double STEADY = 0.95;

    private final String role;
    private final LiveModel live;
    private final int k;
    private final int historyLength;
    private final ItemCatalogue noCatalogue = new ItemCatalogue(false);
    private final SplittableRandom random = new SplittableRandom(1);
    private volatile boolean begun;
    private volatile boolean done;

    /**
     * Creates a warm-up, which does nothing until a model is opened.
     *
     * @param role role of the process, for the log
     * @param live owned by the caller
     * @param k number of items in an answer
     * @param historyLength number of items in a history
     */
    public WarmUp(String role, LiveModel live, int k, int historyLength) {
        this.role = role;
        this.live = live;
        this.k = k;
        this.historyLength = historyLength;
    }

    /** Returns whether the warm-up has ended. */
    public boolean isDone() {
        return done;
    }

    @Override
    public void opened(String version, long step) {
        if (!begun) {
            begun = true;
            Thread.ofPlatform().daemon().name("warm-up").start(this::run);
        }
    }

    private void run() {
        LogIds.ofThread(LogIds.ROLE, role);
        try {
            long started = System.nanoTime();
            long best = Long.MAX_VALUE;
            int steady = 0;
            while (steady < STEADY_ROUNDS && System.nanoTime() - started < MOST.toNanos()) {
                long before = System.nanoTime();
                boolean answered = ask();
                long took = System.nanoTime() - before;
                steady = !answered || took > STEADY * best ? steady + 1 : 0;
                best = Math.min(best, took);
            }
            LOG.info("The warm-up of answers took {} ms", (System.nanoTime() - started) / 1_000_000);
        } catch (Throwable e) {
            DeadlyErrors.throwIfDeadly(e);
            LOG.error("The warm-up failed; the first answers may be slow", e);
        } finally {
            done = true;
        }
    }

    /** Asks a round of questions. Returns false if there is no model, or it has no rows. */
    private boolean ask() {
        for (int i = 0; i < ROUND; i++) {
            ServedModel model = live.acquire();
            try {
                if (model == null || model.rows() == 0) {
                    return false;
                }
                model.answer(questions(model, i % 2 == 0 ? 1 : TOGETHER), false);
            } finally {
                live.release();
            }
        }
        return true;
    }

    private List<ServedModel.Question> questions(ServedModel model, int count) {
        List<ServedModel.Question> questions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            HistoryRows history = new HistoryRows(EventTypes.ALIKE);
            for (int position = 0; position < historyLength; position++) {
                int row = random.nextInt(model.rows());
                if (model.hasItemAt(row)) {
                    String item = model.itemAt(row);
                    history.add(new Interaction(item, position, null, Interaction.NO_EVENT_ID), model.rowOf(item));
                }
            }
            ItemFilter filter = new ItemFilter(ItemSelection.ALL, noCatalogue, Set.of());
            questions.add(new ServedModel.Question(history, new RowSelection(model, filter, k)));
        }
        return questions;
    }
}
