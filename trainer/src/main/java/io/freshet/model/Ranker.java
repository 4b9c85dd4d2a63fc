package io.freshet.model;

import io.freshet.encoder.SequenceBatch;
import io.freshet.tensor.Workers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rank that the network gives each target among all items, for evaluation. Ties count against the target: its
 * rank is one more than the number of other items whose score is at least its own.
 *
 * <p>Queries are taken {@value QueryTile#QUERIES} at a time, one to a lane, and the item table is multiplied in panel by
 * panel. Owns its scratch; not thread-safe; works on its own threads inside a call.
 */
public final class Ranker implements AutoCloseable {
    private final Workers workers;
    private final List<QueryTile> tiles = new ArrayList<>();
    private final List<PanelRows> leftOut = new ArrayList<>(); // for each tile

    /**
     * @param workers threads; ranks do not depend on how many
     */
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
     * @param histories one sequence a query, without targets
     * @param targets the row whose rank is wanted, for each query
     * @param candidates how many rows, from 0, it is ranked among, for each query; more than the target
     * @param masked rows that are left out of the ranking, for each query, each at most once; null for none
     * @param ranks receives the ranks, from 1
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
                    // The target itself counts for one.
                    ranks[query] = QueryTile.rankOf(tile.counted(query - first), candidates[query]);
                }
            }
        });
    }

    /** Orders the rows that the histories from {@code first} to before {@code end} leave out by panels. */
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
