/** Extension points through which another module adds commands to the command line. */
@NullMarked
package io.freshet.app.cli.extension;

import org.jspecify.annotations.NullMarked;
