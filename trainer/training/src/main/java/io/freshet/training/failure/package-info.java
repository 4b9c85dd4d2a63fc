/** What can end a trainer's session, and the kinds of failures that decide what happens next. */
@org.jspecify.annotations.NullMarked
package io.freshet.training.failure;
