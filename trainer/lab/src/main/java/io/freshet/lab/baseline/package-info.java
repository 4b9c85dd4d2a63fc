/**
 * Recommenders without a network that serve as baselines: popular items in a window or with decay, sequential rules, and
 * items of similar sessions.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.lab.baseline;
