/** Common parts of meters: histogram buckets, and meters of Kafka clients. */
@NullMarked
package io.freshet.training.telemetry;

import org.jspecify.annotations.NullMarked;
