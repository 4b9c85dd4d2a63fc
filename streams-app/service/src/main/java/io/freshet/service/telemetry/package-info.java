/** Observability of a process: its meters, the ids in its log, and the trace context of what passes through. */
@NullMarked
package io.freshet.service.telemetry;

import org.jspecify.annotations.NullMarked;
