/**
 * The records of the topic {@code model-log}: the journal of training steps, and the changes that the steps made to the
 * model.
 */
@NullMarked
package io.freshet.store.modellog;

import org.jspecify.annotations.NullMarked;
