/** Starts programs in processes of their own, for tests. */
@NullMarked
package io.freshet.testkit.process;

import org.jspecify.annotations.NullMarked;
