/** Tests of the memory beside the network, and the plain version that it must agree with. */
@NullMarked
package io.freshet.memory;

import org.jspecify.annotations.NullMarked;
