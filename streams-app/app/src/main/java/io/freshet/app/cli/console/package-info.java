/**
 * Console output of all commands: progress, JSON files, the version, explanations of failures, and environment
 * variables of the log.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.app.cli.console;
