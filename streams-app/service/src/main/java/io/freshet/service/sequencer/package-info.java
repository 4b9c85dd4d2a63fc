/** Turns incoming clicks into one ordered, bounded sequence per user: validation, re-keying, the sequence store. */
@NullMarked
package io.freshet.service.sequencer;

import org.jspecify.annotations.NullMarked;
