/** The commands of the workbench: demo, evaluation, benchmarks, plots, and recording the start cache. */
@NullMarked
package io.freshet.workbench.cli;

import org.jspecify.annotations.NullMarked;
