/** What meters of several parts have in common: buckets of histograms, and meters of Kafka clients. */
@NullMarked
package io.freshet.metrics;

import org.jspecify.annotations.NullMarked;
