/** Recommenders without a network that serve as baselines: popular items in a window or with decay, and sequential rules. */
@org.jspecify.annotations.NullMarked
package io.freshet.lab.baseline;
