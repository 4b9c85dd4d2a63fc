/** The settings of an online trainer: topics, model, learning, snapshots and Kafka clients. */
@NullMarked
package io.freshet.training.config;

import org.jspecify.annotations.NullMarked;
