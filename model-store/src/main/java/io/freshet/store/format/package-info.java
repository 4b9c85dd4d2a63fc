/**
 * The common parts of all binary formats: the frame of a record, the reader and writer of primitives, and the three kinds
 * of failure.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.store.format;
