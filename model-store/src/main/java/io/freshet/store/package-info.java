/** Stores of model snapshots, which verify every file when it is read. */
@NullMarked
package io.freshet.store;

import org.jspecify.annotations.NullMarked;
