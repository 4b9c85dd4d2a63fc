/** The demo's console, which is drawn again several times a second. */
@org.jspecify.annotations.NullMarked
package io.freshet.workbench.demo.console;
