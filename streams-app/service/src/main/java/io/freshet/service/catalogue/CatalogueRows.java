package io.freshet.service.catalogue;

import io.freshet.client.item.CatalogueItem;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A cache of the catalogue's entries by model row, so that a filter need not look up item ids. It holds one reference per
 * row (4 MB for a million rows), which is looked up on first use.
 *
 * <p>Any number of threads may read and one may {@link #put}, but none while {@link #growTo} or {@link #forget} runs. A
 * look-up that began before a {@link #put} does not overwrite its entry: {@link #fillIn} only sets a row that has none.
 */
public final class CatalogueRows {
    private AtomicReferenceArray<@Nullable CatalogueItem> rows = new AtomicReferenceArray<>(1_024);

    /** Returns the entry of a row's item, or null if it has not been looked up yet. */
    @Nullable
    public CatalogueItem get(int row) {
        return rows.getAcquire(row);
    }

    /**
     * Sets a row's entry to the one looked up, unless an entry has been put meanwhile. Returns the entry that the row then
     * has.
     */
    public CatalogueItem fillIn(int row, CatalogueItem lookedUp) {
        CatalogueItem known = rows.compareAndExchange(row, null, lookedUp);
        return known == null ? lookedUp : known;
    }

    public void put(int row, CatalogueItem item) {
        rows.setRelease(row, item);
    }

    /** Clears a row's entry, because the row may get another item. */
    public void forget(int row) {
        rows.set(row, null);
    }

    /** Ensures capacity for {@code count} rows. */
    public void growTo(int count) {
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
