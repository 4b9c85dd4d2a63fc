/** Several answers to the same clicks: which variant is a user's, who gives its answers, and what users clicked then. */
@NullMarked
package io.freshet.variant;

import org.jspecify.annotations.NullMarked;
