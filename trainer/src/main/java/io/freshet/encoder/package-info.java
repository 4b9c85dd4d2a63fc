/**
 * Sequence encoders as plug-ins, and those of Freshet, SASRec, GRU4Rec and LRURec, over packed sequences: each layer's forward and backward pass side by side, with the formulas in its Javadoc.
 */
@NullMarked
package io.freshet.encoder;

import org.jspecify.annotations.NullMarked;
