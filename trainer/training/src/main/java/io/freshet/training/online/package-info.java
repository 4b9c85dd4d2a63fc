/**
 * The online trainer: runs one term after another, and in each term restores a model, reruns the journal and learns
 * until it loses the lease.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.training.online;
