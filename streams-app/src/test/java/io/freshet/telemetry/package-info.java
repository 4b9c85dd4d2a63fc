/** Tests of what a process says of itself. */
@NullMarked
package io.freshet.telemetry;

import org.jspecify.annotations.NullMarked;
