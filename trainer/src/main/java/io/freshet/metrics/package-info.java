/** Common parts of meters: histogram buckets, and meters of Kafka clients. */
@NullMarked
package io.freshet.metrics;

import org.jspecify.annotations.NullMarked;
