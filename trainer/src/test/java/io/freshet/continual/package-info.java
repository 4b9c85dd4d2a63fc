/** Compares the protocol of periods with a naive implementation, on synthetic sessions. */
@NullMarked
package io.freshet.continual;

import org.jspecify.annotations.NullMarked;
