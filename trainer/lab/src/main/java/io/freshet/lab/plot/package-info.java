/** Plots as SVG text. */
@org.jspecify.annotations.NullMarked
package io.freshet.lab.plot;
