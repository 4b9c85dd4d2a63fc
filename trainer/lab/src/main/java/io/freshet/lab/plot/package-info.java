/** Plots as SVG text. */
@NullMarked
package io.freshet.lab.plot;

import org.jspecify.annotations.NullMarked;
