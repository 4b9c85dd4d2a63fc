/**
 * Continual learning, period by period, each time tested on the next period: the protocol of Mi, Lin, Faltings, "ADER:
 * Adaptively Distilled Exemplar Replay Towards Continual Learning for Session-based Recommendation", RecSys 2020.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.lab.continual;
