/**
 * The encoders themselves: SASRec, BERT4Rec, GRU4Rec, LRURec, BSARec and FMLP-Rec. Each has a configuration, which is
 * also its shape, and the passes for learning and for scoring.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.model.encoder.network;
