/**
 * The files of a model snapshot: safetensors for numbers and the manifest that says what the snapshot is.
 */
@NullMarked
package io.freshet.snapshot;

import org.jspecify.annotations.NullMarked;
