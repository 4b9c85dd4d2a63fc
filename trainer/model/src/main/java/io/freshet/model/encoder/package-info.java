/**
 * The interfaces of an encoder, which turns the items of a sequence into states, and the batches and parameters that
 * all encoders share. Encoders are plug-ins: {@link io.freshet.model.encoder.EncoderTypes} finds them by name.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.model.encoder;
