@NullMarked
package io.freshet.sequencer;

import org.jspecify.annotations.NullMarked;
