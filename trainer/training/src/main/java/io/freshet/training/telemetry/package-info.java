/** Common parts of meters: histogram buckets, and meters of Kafka clients. */
@org.jspecify.annotations.NullMarked
package io.freshet.training.telemetry;
