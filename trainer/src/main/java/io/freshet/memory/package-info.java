/**
 * The memory beside the network: which items follow and accompany which, learned from each click at once, and how far it
 * and the network are trusted.
 */
@NullMarked
package io.freshet.memory;

import org.jspecify.annotations.NullMarked;
