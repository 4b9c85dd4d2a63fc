/**
 * Continual learning, period by period, each time tested on the next period: the protocol of Mi, Lin, Faltings, "ADER:
 * Adaptively Distilled Exemplar Replay Towards Continual Learning for Session-based Recommendation", RecSys 2020.
 */
@NullMarked
package io.freshet.lab.continual;

import org.jspecify.annotations.NullMarked;
