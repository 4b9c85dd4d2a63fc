/**
 * Where snapshots are kept, verified on every read.
 */
@NullMarked
package io.freshet.store;

import org.jspecify.annotations.NullMarked;
