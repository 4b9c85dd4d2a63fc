package io.freshet.continual;

/**
 * One period learned, and the next one tested.
 *
 * @param number from 1: it learned period {@code number - 1} and was tested on period {@code number}
 * @param learnedClicks of the period learned
 * @param items seen so far, among which targets are ranked
 * @param events targets ranked
 * @param served accuracy of what the learner serves
 * @param network accuracy of its network alone
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
