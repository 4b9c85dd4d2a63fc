/** Tests of the observability of a process. */
@NullMarked
package io.freshet.telemetry;

import org.jspecify.annotations.NullMarked;
