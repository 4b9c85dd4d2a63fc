/** The start cache, with which JVMs start faster, and the run that records it. */
@NullMarked
package io.freshet.workbench.cache;

import org.jspecify.annotations.NullMarked;
