/** The topology that answers sequences and requests: Kafka Streams processors around the recommenders. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.scoring;
