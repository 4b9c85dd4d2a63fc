package io.freshet.sequencer;

import io.freshet.event.Click;
import io.freshet.sequence.ClickOrigin;

/** What the {@link ClickValidator} says of a record of clicks. */
sealed interface Verdict {
    /**
     * A click at its place: the record's key is its user.
     *
     * @param origin the record that the click came in with, before any re-keying
     */
    record Accepted(Click click, ClickOrigin origin) implements Verdict {}

    /**
     * A click that belongs under another key, which the record now has.
     *
     * @param value as received
     */
    record Misplaced(RawValue value) implements Verdict {}

    /**
     * A record that is no click or cannot be taken. Its headers name reason and origin.
     *
     * @param value as received
     */
    record Refused(RawValue value) implements Verdict {}
}
