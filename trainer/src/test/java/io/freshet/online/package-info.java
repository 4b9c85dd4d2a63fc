/** Steps without Kafka: what is ranked among what, and that the same updates always give the same bytes. */
@NullMarked
package io.freshet.online;

import org.jspecify.annotations.NullMarked;
