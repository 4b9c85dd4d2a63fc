/** The topology that answers sequences and requests: Kafka Streams processors around the recommenders. */
@NullMarked
package io.freshet.service.scoring;

import org.jspecify.annotations.NullMarked;
