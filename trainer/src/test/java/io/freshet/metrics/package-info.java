/** Tests of the common parts of meters. */
@NullMarked
package io.freshet.metrics;

import org.jspecify.annotations.NullMarked;
