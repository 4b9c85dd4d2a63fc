/**
 * The interfaces of an encoder, which turns the items of a sequence into states, and the batches and parameters that
 * all encoders share. Encoders are plug-ins: {@link io.freshet.model.encoder.EncoderTypes} finds them by name.
 */
@NullMarked
package io.freshet.model.encoder;

import org.jspecify.annotations.NullMarked;
