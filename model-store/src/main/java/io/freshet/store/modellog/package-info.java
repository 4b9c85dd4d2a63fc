/**
 * The records of the topic {@code model-log}: the journal of training steps, and the changes that the steps made to the
 * model.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.store.modellog;
