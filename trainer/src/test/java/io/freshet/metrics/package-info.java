/** Tests of the meters that several parts have. */
@NullMarked
package io.freshet.metrics;

import org.jspecify.annotations.NullMarked;
