/**
 * Runs configurations over the clicks that the topics of clicks still hold, without writing to Kafka. It reads the clicks, and
 * not the users' sequences that the sequencer has made of them: these have the window of the configuration that ran.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.workbench.backtest;
