/** Turns incoming clicks into one ordered, bounded sequence per user: validation, re-keying, the sequence store. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.sequencer;
