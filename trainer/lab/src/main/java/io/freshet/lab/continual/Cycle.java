package io.freshet.lab.continual;

import java.util.Map;

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
 * @param memory accuracy of the learner's memory alone
 * @param baselines accuracy of the baselines
 * @param testSeconds time of the tests, and of what the baselines learned
 */
public record Cycle(
        int number,
        long learnedClicks,
        int items,
        long events,
        RecallAndMrr served,
        RecallAndMrr network,
        RecallAndMrr memory,
        Map<ContinualBaseline, RecallAndMrr> baselines,
        double learnSeconds,
        double testSeconds) {}
