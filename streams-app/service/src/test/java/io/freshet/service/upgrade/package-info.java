/** Tests of this version's programs on the topics and the model store that an earlier version left. */
@NullMarked
package io.freshet.service.upgrade;

import org.jspecify.annotations.NullMarked;
