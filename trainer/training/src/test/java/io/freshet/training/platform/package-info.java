/** Additional JVMs that tests start: with the same flags on this CPU, or emulated on another one. */
@NullMarked
package io.freshet.training.platform;

import org.jspecify.annotations.NullMarked;
