/** Tests of steps without Kafka: the candidates of each ranking, and that the same updates always give the same bytes. */
@NullMarked
package io.freshet.online;

import org.jspecify.annotations.NullMarked;
