/**
 * Encoders whose network is a configuration of Deeplearning4j (DL4J) 1.0.0-M2.1: any that a file holds, and Caser. DL4J computes the
 * network's forward and backward pass; items, losses and the optimiser are Freshet's.
 */
@NullMarked
package io.freshet.dl4j;

import org.jspecify.annotations.NullMarked;
