/** The folder in which the demo keeps its broker's data, its model and the source of its clicks between runs. */
@org.jspecify.annotations.NullMarked
package io.freshet.workbench.demo.state;
