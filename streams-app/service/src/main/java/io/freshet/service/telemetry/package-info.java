/** Observability of a process: its meters, the ids in its log, and the trace context of records and requests. */
@NullMarked
package io.freshet.service.telemetry;

import org.jspecify.annotations.NullMarked;
