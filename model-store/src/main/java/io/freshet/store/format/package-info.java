/**
 * The common parts of all binary formats: the frame of a record, the reader and writer of primitives, and the three kinds
 * of failure.
 */
@NullMarked
package io.freshet.store.format;

import org.jspecify.annotations.NullMarked;
