/**
 * A partition of the item table into clusters of vectors that lie near each other, which follows the table: by it a search
 * looks through some of the rows in place of all.
 */
@NullMarked
package io.freshet.clustering;

import org.jspecify.annotations.NullMarked;
