/** The command that trains a model on a file. */
@NullMarked
package io.freshet.app.cli.fit;

import org.jspecify.annotations.NullMarked;
