/**
 * The demo: a real Kafka broker inside the JVM, clicks from a file or from a generator, every role at once, and the
 * books that say what became of each click.
 */
@NullMarked
package io.freshet.demo;

import org.jspecify.annotations.NullMarked;
