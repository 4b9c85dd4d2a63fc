/** Tests that every problem at start is named. */
@NullMarked
package io.freshet.check;

import org.jspecify.annotations.NullMarked;
