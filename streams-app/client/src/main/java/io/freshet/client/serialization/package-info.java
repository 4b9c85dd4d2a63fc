/** Serialisers, deserialisers and serdes of Kafka for the records of the public topics. */
@NullMarked
package io.freshet.client.serialization;

import org.jspecify.annotations.NullMarked;
