/**
 * Click files: what people have before they have a stream. One reader finds out how a file is written, says what it
 * found, and counts every row that it cannot use.
 */
@NullMarked
package io.freshet.clickfile;

import org.jspecify.annotations.NullMarked;
