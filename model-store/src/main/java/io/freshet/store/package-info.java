/** Stores of model snapshots, which verify every file when it is read. */
@org.jspecify.annotations.NullMarked
package io.freshet.store;
