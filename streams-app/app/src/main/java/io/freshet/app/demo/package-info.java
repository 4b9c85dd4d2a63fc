/** The demo: a broker, synthetic clicks and all roles in one process. */
@NullMarked
package io.freshet.app.demo;

import org.jspecify.annotations.NullMarked;
