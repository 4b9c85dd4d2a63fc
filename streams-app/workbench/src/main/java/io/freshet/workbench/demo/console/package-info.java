/** The demo's console, which is drawn again several times a second. */
@NullMarked
package io.freshet.workbench.demo.console;

import org.jspecify.annotations.NullMarked;
