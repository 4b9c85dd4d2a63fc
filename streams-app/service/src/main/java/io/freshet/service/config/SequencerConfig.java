package io.freshet.service.config;

import io.freshet.store.event.EventTypes;
import java.time.Duration;
import java.time.Instant;

/**
 * Settings of the sequencer.
 *
 * @param window the most clicks that are kept of a user for each meaning of event types, the newest by click time
 * @param idleRetention a user is forgotten if the newest click is older than this, by the partition's
 *     {@link io.freshet.store.sequence.EventClock}
 * @param futureBound a click whose timestamp is later than its record's by more than this goes to the dead letters
 * @param earliestClick an earlier click goes to the dead letters: its timestamp is in seconds, or not a time at all
 * @param expiryInterval wall-clock time between two slices of the search for idle users
 * @param expirySlice the most users looked at in one slice
 * @param types the meaning of the types of events
 */
public record SequencerConfig(
        int window,
        Duration idleRetention,
        Duration futureBound,
        Instant earliestClick,
        Duration expiryInterval,
        int expirySlice,
        EventTypes types) {}
