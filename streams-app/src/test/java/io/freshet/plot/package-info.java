/** Plots as an XML reader sees them. */
@NullMarked
package io.freshet.plot;

import org.jspecify.annotations.NullMarked;
