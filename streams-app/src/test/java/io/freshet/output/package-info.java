@NullMarked
package io.freshet.output;

import org.jspecify.annotations.NullMarked;
