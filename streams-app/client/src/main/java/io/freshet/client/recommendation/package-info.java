/** Recommendations, and their JSON form on the topic {@code recommendations}. */
@NullMarked
package io.freshet.client.recommendation;

import org.jspecify.annotations.NullMarked;
