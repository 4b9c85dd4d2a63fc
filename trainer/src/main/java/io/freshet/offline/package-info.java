/**
 * Learning from finished files: reading them, many epochs over all users, leave-one-out evaluation, and how fast a step
 * is.
 */
@NullMarked
package io.freshet.offline;

import org.jspecify.annotations.NullMarked;
