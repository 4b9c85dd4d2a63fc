/** Tests of the co-occurrence memory, and the naive version with which it must agree. */
@NullMarked
package io.freshet.cooccurrence;

import org.jspecify.annotations.NullMarked;
