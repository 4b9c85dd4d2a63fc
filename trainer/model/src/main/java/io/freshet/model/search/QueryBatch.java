package io.freshet.model.search;

import io.freshet.model.tensor.Matrix;
import java.util.List;

/**
 * Queries that are answered together: each asks for the rows of a table whose inner products with its state are largest.
 *
 * @param states (queries, d)
 * @param scale positive factor of the scores in their softmax
 * @param queries (queries) rows that must not be among the best; may have more elements than there are queries
 * @param k number of rows wanted for each query
 */
public record QueryBatch(Matrix states, float scale, List<SearchQuery> queries, int k) {
    /** Returns the number of queries. */
    int size() {
        return states.rows();
    }

    /** Returns how many of the best rows a search through all rows must find for a query. */
    int wanted(int query) {
        return queries.get(query).wanted(k);
    }
}
