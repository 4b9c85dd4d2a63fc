/** The bounded sequence of a user's interactions, and the update that each click causes, with their binary forms. */
@org.jspecify.annotations.NullMarked
package io.freshet.store.sequence;
