/**
 * Ranks target items among all items, by the network alone or mixed with the co-occurrence memory. Evaluation uses
 * these ranks.
 */
@NullMarked
package io.freshet.training.ranking;

import org.jspecify.annotations.NullMarked;
