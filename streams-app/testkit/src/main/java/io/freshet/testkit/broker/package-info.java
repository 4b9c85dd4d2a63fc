/** Kafka brokers for tests and for the demo: in this JVM, in a process of their own, or in a container. */
@org.jspecify.annotations.NullMarked
package io.freshet.testkit.broker;
