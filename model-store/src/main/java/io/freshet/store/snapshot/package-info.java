/** The files of a model snapshot: safetensors for the numbers, and the manifest that describes the snapshot. */
@NullMarked
package io.freshet.store.snapshot;

import org.jspecify.annotations.NullMarked;
