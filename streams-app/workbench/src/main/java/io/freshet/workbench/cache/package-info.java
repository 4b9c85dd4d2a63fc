/** The start cache, with which JVMs start faster, and the run that records it. */
@org.jspecify.annotations.NullMarked
package io.freshet.workbench.cache;
