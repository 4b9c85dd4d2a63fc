/** The cache from which JVMs start faster, and the run that it is made from. */
@NullMarked
package io.freshet.workbench.cache;

import org.jspecify.annotations.NullMarked;
