/** Options that several commands have, and the conversion of their values. */
@NullMarked
package io.freshet.app.cli.option;

import org.jspecify.annotations.NullMarked;
