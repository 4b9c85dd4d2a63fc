package io.freshet.config;

import io.freshet.event.EventTypes;
import java.time.Duration;
import java.time.Instant;

/**
 * Settings of the sequencer.
 *
 * @param window the most clicks that are kept of a user, the newest by click time, of each meaning of event types
 * @param idleRetention a user whose newest click is older than this, by the partition's {@link
 *     io.freshet.sequence.EventClock}, is forgotten
 * @param futureBound a click whose own timestamp is later than its record's by more than this goes to the dead letters
 * @param earliestClick a click before this goes to the dead letters: its timestamp is in seconds, or no time at all
 * @param expiryInterval wall-clock time between two slices of the search for idle users
 * @param expirySlice the most users looked at in one slice
 * @param types what the types of events mean
 */
public record SequencerConfig(
        int window,
        Duration idleRetention,
        Duration futureBound,
        Instant earliestClick,
        Duration expiryInterval,
        int expirySlice,
        EventTypes types) {}
