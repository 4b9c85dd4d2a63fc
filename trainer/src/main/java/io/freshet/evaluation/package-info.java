/**
 * Prequential evaluation: ranks of what came next, the figures made of them, and the baselines that a model has to
 * beat on the same events.
 */
@NullMarked
package io.freshet.evaluation;

import org.jspecify.annotations.NullMarked;
