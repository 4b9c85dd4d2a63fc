package io.freshet.service.config;

import java.time.Duration;

/**
 * Settings of the Kafka Streams client that runs the sequencer and the scorer.
 *
 * @param threads stream threads of this process
 * @param instanceId id for static membership, the same after a restart and different for each process; empty for a dynamic
 *     member
 * @param commitInterval time between two commits; a click's recommendation is visible after the next one
 * @param rocksDbCacheBytes the block cache that all stores of the process share
 * @param rocksDbWriteBufferBytes the part of that cache that memtables of all stores may take
 * @param closeTimeout the longest wait for a clean close
 */
public record StreamsRuntimeConfig(
        int threads,
        String instanceId,
        Duration commitInterval,
        long rocksDbCacheBytes,
        long rocksDbWriteBufferBytes,
        Duration closeTimeout) {}
