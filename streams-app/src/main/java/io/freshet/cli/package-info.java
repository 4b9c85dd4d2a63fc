/** The command {@code freshet}: its sub-commands, their options, and what they print. */
@NullMarked
package io.freshet.cli;

import org.jspecify.annotations.NullMarked;
