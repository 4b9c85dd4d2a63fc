/** The command that trains a model on a file. */
@org.jspecify.annotations.NullMarked
package io.freshet.app.cli.fit;
