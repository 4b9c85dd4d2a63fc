package io.freshet.training.ranking;

import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.Workers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Computes the rank of each target among all items by the network's scores, for evaluation. Ties count against the target:
 * its rank is one more than the number of other items whose score is at least its own.
 *
 * <p>Queries are processed {@value QueryTile#QUERIES} at a time, one per lane, and multiplied with the item table panel by
 * panel. Owns its scratch memory. Not thread-safe; a call runs on the ranker's own threads.
 */
public final class Ranker implements AutoCloseable {
    private final Workers workers;
    private final List<QueryTile> tiles = new ArrayList<>();
    private final List<PanelRows> leftOut = new ArrayList<>(); // one per tile

    /** @param workers number of threads; does not affect the ranks */
    public Ranker(ModelConfig config, int workers) {
        this.workers = new Workers(workers);
        for (int i = 0; i < workers; i++) {
            tiles.add(new QueryTile(config));
            leftOut.add(new PanelRows());
        }
    }

    /**
     * Ranks a target for each history.
     *
     * @param histories one sequence per query, without targets
     * @param targets (queries) rows to rank
     * @param candidates (queries) number of rows, from row 0, among which the target is ranked; greater than the target's
     *     row
     * @param masked (queries) rows that are left out of the ranking, each at most once; null for none
     * @param ranks (queries) receives the ranks, from 1
     */
    public void rank(
            RecommenderModel model,
            SequenceBatch histories,
            int[] targets,
            int[] candidates,
            int @Nullable [][] masked,
            int[] ranks) {
        List<Integer> ends = QueryTile.cut(histories);
        workers.run(tiles.size(), worker -> {
            for (int part = worker; part < ends.size(); part += tiles.size()) {
                int first = part == 0 ? 0 : ends.get(part - 1);
                QueryTile tile = tiles.get(worker);
                tile.encode(model, histories, first, ends.get(part));
                tile.scoreTargets(model.items(), targets, first);
                tile.beginCounts(candidates, first);
                int panels = QueryTile.panels(model.items());
                PanelRows rows = leftOut.get(worker);
                leaveOut(rows, masked, targets, first, ends.get(part), panels);
                for (int panel = 0; panel < panels; panel++) {
                    tile.score(model.items(), panel);
                    tile.count();
                    tile.subtract(rows);
                }
                for (int query = first; query < ends.get(part); query++) {
                    // The count includes the target itself.
                    ranks[query] = QueryTile.rankOf(tile.counted(query - first), candidates[query]);
                }
            }
        });
    }

    /**
     * Sorts the rows that the histories from {@code first} (inclusive) to {@code end} (exclusive) leave out by panel. A
     * target is never left out.
     */
    static void leaveOut(PanelRows rows, int @Nullable [][] masked, int[] targets, int first, int end, int panels) {
        rows.clear();
        for (int query = first; masked != null && query < end; query++) {
            for (int row : masked[query]) {
                if (row != targets[query]) {
                    rows.add(query - first, 0, row);
                }
            }
        }
        rows.sort(panels);
    }

    @Override
    public void close() {
        workers.close();
        tiles.forEach(QueryTile::close);
    }
}
