/**
 * Encoders whose network is a configuration of Deeplearning4j (DL4J) 1.0.0-M2.1: any network from a file, and Caser. DL4J
 * computes the forward and backward pass of the network. Items, losses and the optimiser are Freshet's.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.dl4j;
