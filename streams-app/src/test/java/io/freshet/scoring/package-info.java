@NullMarked
package io.freshet.scoring;

import org.jspecify.annotations.NullMarked;
