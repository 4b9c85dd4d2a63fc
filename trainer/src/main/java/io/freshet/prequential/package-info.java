/**
 * A race over a finished stream: the online learner and its baselines rank each click before they learn from it, without
 * Kafka.
 */
@NullMarked
package io.freshet.prequential;

import org.jspecify.annotations.NullMarked;
