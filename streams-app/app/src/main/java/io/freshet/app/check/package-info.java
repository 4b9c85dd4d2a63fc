/** Checks what a process needs before it starts, and reports each problem with its remedy. */
@NullMarked
package io.freshet.app.check;

import org.jspecify.annotations.NullMarked;
