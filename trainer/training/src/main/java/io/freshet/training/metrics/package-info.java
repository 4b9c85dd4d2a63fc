/**
 * Accuracy of recommendations: hit rate, NDCG and MRR, each as a mean over clicks, and over the most recent clicks of
 * a stream.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.training.metrics;
