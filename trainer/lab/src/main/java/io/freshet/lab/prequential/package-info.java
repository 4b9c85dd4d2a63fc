/**
 * A comparison over a finished stream, without Kafka: the online learner and other methods rank each click before
 * they learn from it.
 */
@NullMarked
package io.freshet.lab.prequential;

import org.jspecify.annotations.NullMarked;
