/** Writes a trainer's input and reads its committed output, for tests. */
@NullMarked
package io.freshet.testkit.topic;

import org.jspecify.annotations.NullMarked;
