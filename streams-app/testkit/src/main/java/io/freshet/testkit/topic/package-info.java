/** Writes a trainer's input and reads its committed output, for tests. */
@org.jspecify.annotations.NullMarked
package io.freshet.testkit.topic;
