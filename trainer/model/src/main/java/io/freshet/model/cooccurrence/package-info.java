/**
 * The co-occurrence memory beside the network. It learns from each click, at once, which items follow and accompany
 * other items, and how much weight the memory and the network have.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.model.cooccurrence;
