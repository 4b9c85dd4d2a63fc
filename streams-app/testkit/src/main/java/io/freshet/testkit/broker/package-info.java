/** Kafka brokers for tests and for the demo: in this JVM, in a process of their own, or in a container. */
@NullMarked
package io.freshet.testkit.broker;

import org.jspecify.annotations.NullMarked;
