/** How many processors and how much memory, disk and bandwidth a system needs: arithmetic from measured unit costs. */
@org.jspecify.annotations.NullMarked
package io.freshet.app.sizing;
