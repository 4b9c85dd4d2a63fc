/** Observability of a process: its meters, the ids in its log, and the trace context of records and requests. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.telemetry;
