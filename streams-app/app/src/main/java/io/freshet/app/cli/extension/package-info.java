/** Extension points through which another module adds commands to the command line. */
@org.jspecify.annotations.NullMarked
package io.freshet.app.cli.extension;
