/**
 * The records of the topics {@code model-log}, which is the journal of training steps, and {@code model-deltas}, which has
 * the changes that the steps made to the model.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.store.modellog;
