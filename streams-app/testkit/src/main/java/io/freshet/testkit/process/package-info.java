/** Starts programs in processes of their own, for tests. */
@org.jspecify.annotations.NullMarked
package io.freshet.testkit.process;
