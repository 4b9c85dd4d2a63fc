/**
 * A race over a finished stream, without Kafka: the online learner and its rivals rank each click before they learn from
 * it.
 */
@NullMarked
package io.freshet.prequential;

import org.jspecify.annotations.NullMarked;
