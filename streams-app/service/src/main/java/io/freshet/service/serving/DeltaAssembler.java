package io.freshet.service.serving;

import io.freshet.store.modellog.ModelDelta;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Collects the parts of a delta, which are consecutive on the log, until the delta is complete. Not thread-safe. */
final class DeltaAssembler {
    private static final Logger LOG = LoggerFactory.getLogger(DeltaAssembler.class);

    private final List<ModelDelta> parts = new ArrayList<>();

    /**
     * Adds the next part from the log. Returns all parts of the delta if this was the last one, else an empty list. Parts
     * of an incomplete delta are dropped when another delta begins.
     */
    List<ModelDelta> add(ModelDelta part) {
        if (!continues(part)) {
            dropIncomplete(part);
            if (part.part() != 0) {
                return List.of();
            }
        }
        parts.add(part);
        if (parts.size() < part.parts()) {
            return List.of();
        }
        List<ModelDelta> whole = List.copyOf(parts);
        parts.clear();
        return whole;
    }

    void clear() {
        parts.clear();
    }

    private boolean continues(ModelDelta part) {
        if (parts.isEmpty()) {
            return part.part() == 0;
        }
        ModelDelta last = parts.getLast();
        return part.part() == last.part() + 1
                && part.parts() == last.parts()
                && part.lineage() == last.lineage()
                && part.fromStep() == last.fromStep()
                && part.toStep() == last.toStep();
    }

    private void dropIncomplete(ModelDelta next) {
        LOG.warn("Dropped an incomplete delta: parts={}, next part is {}", parts.size(), next);
        parts.clear();
    }
}
