@NullMarked
package io.freshet.topology;

import org.jspecify.annotations.NullMarked;
