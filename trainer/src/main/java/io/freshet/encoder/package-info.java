/**
 * Sequence encoders as plug-ins, and Freshet's own encoders: SASRec, GRU4Rec, LRURec, BERT4Rec, FMLP-Rec and BSARec. The
 * forward and backward pass of each layer are side by side, with the formulas in its Javadoc.
 */
@NullMarked
package io.freshet.encoder;

import org.jspecify.annotations.NullMarked;
