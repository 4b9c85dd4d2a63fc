/**
 * The roles of a process (streams, scorer and trainer) and the classes that run them: the topology, its Kafka Streams
 * client, and the watch on topics.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.service.runtime;
