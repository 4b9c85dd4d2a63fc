/** Texts in UTF-8. */
@NullMarked
package io.freshet.client.text;

import org.jspecify.annotations.NullMarked;
