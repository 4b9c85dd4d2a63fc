/** The assembled Kafka Streams application: sequencer and scorer in one sub-topology, its settings and its life cycle. */
@NullMarked
package io.freshet.topology;

import org.jspecify.annotations.NullMarked;
