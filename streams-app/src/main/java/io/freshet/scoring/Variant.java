package io.freshet.scoring;

import io.freshet.variant.ServedAccuracy;

/**
 * One of several ways to answer, each with a model of its own.
 *
 * @param name empty where there is but one
 * @param modelName of its model, in the model store and the log
 * @param live the model, as it is served
 * @param recommender answers with it
 * @param accuracy where in its answers stood what users clicked next
 */
public record Variant(
        String name, String modelName, LiveModel live, Recommender recommender, ServedAccuracy accuracy) {}
