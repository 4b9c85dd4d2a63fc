package io.freshet.service.recommend;

import io.freshet.service.serving.LiveModel;
import io.freshet.service.variant.ServedAccuracy;

/**
 * A variant: one of several ways to answer, with a model of its own.
 *
 * @param name empty if there is only one variant
 * @param modelName name of the variant's model in the model store and the log
 * @param live the served model
 * @param recommender answers with the model
 * @param accuracy metrics of where the users' next clicks were in the variant's answers
 */
public record Variant(
        String name, String modelName, LiveModel live, Recommender recommender, ServedAccuracy accuracy) {}
