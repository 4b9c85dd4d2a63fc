/** The commands of the workbench: demo, evaluation, benchmarks, plots, and recording the start cache. */
@org.jspecify.annotations.NullMarked
package io.freshet.workbench.cli;
