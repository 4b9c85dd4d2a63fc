/** Checks what a process needs before it starts, and reports each problem with its remedy. */
@org.jspecify.annotations.NullMarked
package io.freshet.app.check;
