/** One online step: ranks the new clicks, learns from them and from replayed sequences, and evicts old items. */
@NullMarked
package io.freshet.training.step;

import org.jspecify.annotations.NullMarked;
