/** Tests of heartbeats and deadly errors. */
@NullMarked
package io.freshet.liveness;

import org.jspecify.annotations.NullMarked;
