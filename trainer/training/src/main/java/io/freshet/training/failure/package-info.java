/** What can end a trainer's term, and the kinds of failures that decide what happens next. */
@NullMarked
package io.freshet.training.failure;

import org.jspecify.annotations.NullMarked;
