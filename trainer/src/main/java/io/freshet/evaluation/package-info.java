/**
 * Prequential evaluation: ranks of the next items, the figures computed from them, and the baselines that a model must
 * beat on the same events.
 */
@NullMarked
package io.freshet.evaluation;

import org.jspecify.annotations.NullMarked;
