/**
 * What all binary formats share: how a record is framed, the primitive reader and writer, and the three ways in which a format can fail.
 */
@NullMarked
package io.freshet.format;

import org.jspecify.annotations.NullMarked;
