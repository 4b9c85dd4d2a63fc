/**
 * A partition of the item table into clusters of nearby vectors, which follows changes to the table. With it, a search
 * looks through some of the rows instead of all.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.model.ivf;
