/**
 * Publishes the model: writes records and deltas to the model log, saves snapshots, describes them in manifests, and
 * finds the snapshot to start from.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.training.publish;
