/** The folder in which the demo keeps its broker, its model and its origin from one run to the next. */
@NullMarked
package io.freshet.workbench.demo.state;

import org.jspecify.annotations.NullMarked;
