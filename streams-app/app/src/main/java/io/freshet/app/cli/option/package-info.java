/** Options that several commands have, and the conversion of their values. */
@org.jspecify.annotations.NullMarked
package io.freshet.app.cli.option;
