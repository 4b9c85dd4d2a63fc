@NullMarked
package io.freshet.variant;

import org.jspecify.annotations.NullMarked;
