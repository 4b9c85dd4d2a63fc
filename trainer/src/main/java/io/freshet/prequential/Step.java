package io.freshet.prequential;

import io.freshet.online.UserUpdate;
import java.util.List;

/**
 * Records that are learned from at once, and all ranked before.
 *
 * @param firstRecord how many records of the stream came before
 * @param clicks the positions that the updates added, in order
 */
record Step(long firstRecord, List<UserUpdate> updates, List<StreamClick> clicks) {}
