/**
 * Scoring: encodes a history and finds the items with the best scores, by a scan of all items or with an IVF index. A
 * search skips excluded rows and rows that do not pass a filter.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.model.search;
