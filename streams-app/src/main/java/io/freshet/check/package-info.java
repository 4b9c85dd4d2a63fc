/** Checks what a process needs before it starts, and reports each problem with its remedy. */
@NullMarked
package io.freshet.check;

import org.jspecify.annotations.NullMarked;
