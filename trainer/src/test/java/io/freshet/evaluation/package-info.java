/**
 * Compares ranks, metrics and baselines with naive counts, and with the published baseline results where the data is
 * available.
 */
@NullMarked
package io.freshet.evaluation;

import org.jspecify.annotations.NullMarked;
