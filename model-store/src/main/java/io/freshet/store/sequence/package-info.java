/** The bounded sequence of a user's interactions, and the update that each click causes, with their binary forms. */
@NullMarked
package io.freshet.store.sequence;

import org.jspecify.annotations.NullMarked;
