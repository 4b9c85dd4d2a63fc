package io.freshet.model;

import io.freshet.encoder.SequenceBatch;
import io.freshet.tensor.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rank that the network gives each target among all items, for evaluation. Ties count against the target: its
 * rank is one more than the number of other items whose score is at least its own.
 *
 * <p>Queries are taken {@value QueryTile#QUERIES} at a time, one to a lane, and the item table is multiplied in chunk by
 * chunk. Owns its scratch; not thread-safe; works on its own threads inside a call.
 */
public final class Ranker implements AutoCloseable {
    private final Workers workers;
    private final List<QueryTile> tiles = new ArrayList<>();

    /**
     * @param workers threads; ranks do not depend on how many
     */
    public Ranker(ModelConfig config, int workers) {
        this.workers = new Workers(workers);
        for (int i = 0; i < workers; i++) {
            tiles.add(new QueryTile(config));
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
                Arrays.fill(ranks, first, ends.get(part), 0); // the target itself counts for one
                for (int chunk = 0; chunk < model.items().chunkCount(); chunk++) {
                    tile.score(model.items(), chunk);
                    tile.addCounts(candidates, first, ranks);
                    if (masked != null) {
                        tile.subtract(masked, targets, first, ranks);
                    }
                }
                for (int query = first; query < ends.get(part); query++) {
                    ranks[query] = QueryTile.rankOf(ranks[query], candidates[query]);
                }
            }
        });
    }

    @Override
    public void close() {
        workers.close();
        tiles.forEach(QueryTile::close);
    }
}
