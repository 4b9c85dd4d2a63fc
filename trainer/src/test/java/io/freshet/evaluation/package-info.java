/** Ranks, figures and baselines against naive counts, and against the published floors where the data is at hand. */
@NullMarked
package io.freshet.evaluation;

import org.jspecify.annotations.NullMarked;
