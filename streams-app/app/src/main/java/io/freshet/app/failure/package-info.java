/** Failures that explain themselves to the user. */
@org.jspecify.annotations.NullMarked
package io.freshet.app.failure;
