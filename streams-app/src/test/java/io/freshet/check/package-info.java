/** Whether what is wrong is named. */
@NullMarked
package io.freshet.check;

import org.jspecify.annotations.NullMarked;
