/** Observability of a process: its meters, the ids in its log, and the trace context of what passes through. */
@NullMarked
package io.freshet.telemetry;

import org.jspecify.annotations.NullMarked;
