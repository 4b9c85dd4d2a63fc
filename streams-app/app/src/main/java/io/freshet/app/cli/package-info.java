/** The command line: {@code freshet} and its commands. */
@org.jspecify.annotations.NullMarked
package io.freshet.app.cli;
