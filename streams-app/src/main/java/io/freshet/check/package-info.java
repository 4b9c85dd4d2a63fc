/** Looks at what a process needs before it starts, and names what is wrong with what to do about it. */
@NullMarked
package io.freshet.check;

import org.jspecify.annotations.NullMarked;
