/** The command line: {@code freshet} and its commands. */
@NullMarked
package io.freshet.app.cli;

import org.jspecify.annotations.NullMarked;
