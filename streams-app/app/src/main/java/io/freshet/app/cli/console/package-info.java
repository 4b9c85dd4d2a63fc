/**
 * Console output of all commands: progress, JSON files, the version, explanations of failures, and environment
 * variables of the log.
 */
@NullMarked
package io.freshet.app.cli.console;

import org.jspecify.annotations.NullMarked;
