/** One online step: ranks the new clicks, learns from them and from replayed sequences, and evicts old items. */
@org.jspecify.annotations.NullMarked
package io.freshet.training.step;
