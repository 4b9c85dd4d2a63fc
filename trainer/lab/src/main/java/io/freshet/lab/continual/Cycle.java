package io.freshet.lab.continual;

/**
 * Result of one cycle, which learns one period and is tested on the next.
 *
 * @param number number of the cycle, from 1: it learned period {@code number - 1} and was tested on period
 *     {@code number}
 * @param learnedClicks number of clicks in the period learned
 * @param items number of items seen so far, among which targets are ranked
 * @param events number of targets ranked
 * @param served accuracy of the mixture that the learner serves
 * @param network accuracy of the learner's network alone
 */
public record Cycle(
        int number,
        long learnedClicks,
        int items,
        long events,
        RecallAndMrr served,
        RecallAndMrr network,
        double learnSeconds,
        double testSeconds) {}
