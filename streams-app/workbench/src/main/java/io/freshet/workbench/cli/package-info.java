/** Commands that measure, compare and show, and the one that records the start cache. */
@NullMarked
package io.freshet.workbench.cli;

import org.jspecify.annotations.NullMarked;
