/** Tests of the online loop on a real broker. */
@NullMarked
package io.freshet.online;

import org.jspecify.annotations.NullMarked;
