/** What another module adds to the command line. */
@NullMarked
package io.freshet.app.cli.extension;

import org.jspecify.annotations.NullMarked;
