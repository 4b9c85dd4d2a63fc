package io.freshet.scoring;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What the catalogue says of the item in each row of a model, so that a filter need not look for an id: one reference a
 * row, 4 MB for a million, looked up when it is first asked for.
 *
 * <p>Any number of threads may read and one may {@link #put}, but none while {@link #growTo} or {@link #forget} runs. What
 * was put is not overwritten by a look-up that began before: that one only fills in where nothing is.
 */
final class CatalogueRows {
    private AtomicReferenceArray<@Nullable CatalogueItem> rows = new AtomicReferenceArray<>(1_024);

    /** What is known of a row's item; null where it is still to be looked up. */
    @Nullable
    CatalogueItem get(int row) {
        return rows.getAcquire(row);
    }

    /** Takes in what was looked up, unless something was put meanwhile; what is known then. */
    CatalogueItem fillIn(int row, CatalogueItem lookedUp) {
        CatalogueItem known = rows.compareAndExchange(row, null, lookedUp);
        return known == null ? lookedUp : known;
    }

    void put(int row, CatalogueItem item) {
        rows.setRelease(row, item);
    }

    /** Another item may come to be in the row. */
    void forget(int row) {
        rows.set(row, null);
    }

    /** Makes room for rows. */
    void growTo(int count) {
        if (count <= rows.length()) {
            return;
        }
        var longer = new AtomicReferenceArray<@Nullable CatalogueItem>(Math.max(count, rows.length() * 3 / 2));
        for (int row = 0; row < rows.length(); row++) {
            longer.setPlain(row, rows.getPlain(row));
        }
        rows = longer;
    }
}
