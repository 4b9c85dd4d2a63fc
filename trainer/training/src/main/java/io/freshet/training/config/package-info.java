/** The settings of an online trainer: topics, model, learning, snapshots and Kafka clients. */
@org.jspecify.annotations.NullMarked
package io.freshet.training.config;
