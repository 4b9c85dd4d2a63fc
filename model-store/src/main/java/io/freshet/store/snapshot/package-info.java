/** The files of a model snapshot: safetensors for the numbers, and the manifest that describes the snapshot. */
@org.jspecify.annotations.NullMarked
package io.freshet.store.snapshot;
