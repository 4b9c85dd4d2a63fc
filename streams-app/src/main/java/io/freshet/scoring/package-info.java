/** Recommendations: the model that is served and kept up to date, top-K over it, and the fallback beside it. */
@NullMarked
package io.freshet.scoring;

import org.jspecify.annotations.NullMarked;
