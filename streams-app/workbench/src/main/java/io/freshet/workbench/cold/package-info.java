/** Measures how items that no user has clicked come into recommendations. */
@org.jspecify.annotations.NullMarked
package io.freshet.workbench.cold;
