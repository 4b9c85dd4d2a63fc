/** The demo: a broker, synthetic clicks and all roles in one process. */
@NullMarked
package io.freshet.workbench.demo;

import org.jspecify.annotations.NullMarked;
