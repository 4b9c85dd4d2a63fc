/**
 * The demo: a real Kafka broker inside the JVM, clicks from a file or a generator, all roles at once, and the books
 * that account for every click.
 */
@NullMarked
package io.freshet.demo;

import org.jspecify.annotations.NullMarked;
