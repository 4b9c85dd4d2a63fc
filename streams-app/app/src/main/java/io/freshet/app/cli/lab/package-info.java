/** Commands of the lab: evaluations, benchmarks and plots. */
@NullMarked
package io.freshet.app.cli.lab;

import org.jspecify.annotations.NullMarked;
