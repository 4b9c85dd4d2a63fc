/** Recommendations: the served model and its updates, top-K search over it, and the fallback to popular items. */
@NullMarked
package io.freshet.scoring;

import org.jspecify.annotations.NullMarked;
