/**
 * A comparison over a finished stream, without Kafka: the online learner and other methods rank each click before
 * they learn from it.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.lab.prequential;
