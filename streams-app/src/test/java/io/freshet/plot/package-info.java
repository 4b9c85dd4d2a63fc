/** Tests of plots, read with an XML parser. */
@NullMarked
package io.freshet.plot;

import org.jspecify.annotations.NullMarked;
