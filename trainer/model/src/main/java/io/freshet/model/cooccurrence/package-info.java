/**
 * The click memory beside the network: which items follow and accompany which, learned at once from each click, and how
 * much weight the memory and the network have.
 */
@NullMarked
package io.freshet.model.cooccurrence;

import org.jspecify.annotations.NullMarked;
