/** Failures that explain themselves to the user. */
@NullMarked
package io.freshet.app.failure;

import org.jspecify.annotations.NullMarked;
