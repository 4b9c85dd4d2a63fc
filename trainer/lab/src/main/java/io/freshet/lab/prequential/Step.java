package io.freshet.lab.prequential;

import io.freshet.training.step.UserUpdate;
import java.util.List;

/**
 * Records that are learned from in one step, after all of them have been ranked.
 *
 * @param firstRecord number of records of the stream before this step
 * @param clicks positions that the updates added, in order
 */
record Step(long firstRecord, List<UserUpdate> updates, List<StreamClick> clicks) {}
