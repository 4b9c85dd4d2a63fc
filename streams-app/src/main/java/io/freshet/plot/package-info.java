/** Plots as SVG text. */
@NullMarked
package io.freshet.plot;

import org.jspecify.annotations.NullMarked;
