/**
 * Ranks target items among all items, by the network alone or mixed with the co-occurrence memory. Evaluation uses
 * these ranks.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.training.ranking;
