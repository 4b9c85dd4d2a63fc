/**
 * Offline learning from finished data sets: building data sets, training over many epochs, leave-one-out evaluation, and
 * measurements of the training speed.
 */
@NullMarked
package io.freshet.offline;

import org.jspecify.annotations.NullMarked;
