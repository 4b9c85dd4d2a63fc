/**
 * A user's bounded sequence of interactions, and the update of it that a click causes, with their binary forms.
 */
@NullMarked
package io.freshet.sequence;

import org.jspecify.annotations.NullMarked;
