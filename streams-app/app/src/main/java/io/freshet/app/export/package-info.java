/** Exports the items and vectors of a snapshot as files for other programs. */
@org.jspecify.annotations.NullMarked
package io.freshet.app.export;
