package io.freshet.service.http.route;

import io.freshet.service.http.access.Forwarder;
import io.freshet.service.http.exchange.ProblemException;
import io.freshet.service.http.exchange.ProblemType;
import io.freshet.service.sequencer.UserSequences;
import io.freshet.service.sequencer.UserSequences.Place;
import io.freshet.service.sequencer.UserSequences.Reading;
import io.freshet.store.sequence.UserSequence;
import io.javalin.http.Context;
import java.io.IOException;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Routes a request about a user to the user's sequence: to this instance, to the instance that owns the partition, or, if
 * stale reads are allowed and the owner is not available, to one with a standby copy. Thread-safe.
 */
public final class UserRouting {
    private static final Logger LOG = LoggerFactory.getLogger(UserRouting.class);
    private static final HostInfo UNKNOWN = HostInfo.unavailable();

    private final UserSequences users;
    private final Forwarder forwarder;
    private final HostInfo self;
    private final boolean staleReads;

    /**
     * @param advertised host:port of this instance for other instances; empty if they cannot reach it
     * @param staleReads whether standby copies may be read
     */
    public UserRouting(UserSequences users, Forwarder forwarder, String advertised, boolean staleReads) {
        this.users = users;
        this.forwarder = forwarder;
        this.staleReads = staleReads;
        self = advertised.isEmpty() ? UNKNOWN : HostInfo.buildFromEndpoint(advertised);
    }

    /** Answers a request, given the user's sequence. */
    interface Answer {
        /**
         * Writes the answer.
         *
         * @param sequence null for a user without one
         */
        void to(Context context, @Nullable UserSequence sequence) throws IOException;
    }

    /**
     * Answers the request here or forwards it.
     *
     * @param body request body, which has already been read; empty for none
     * @param here answers on this instance
     */
    void answer(Context context, byte[] body, String userId, Answer here) throws IOException {
        Place place = users.placeOf(userId)
                .orElseThrow(() -> ProblemException.passing(
                        ProblemType.USER_MOVING, "partitions are being assigned to instances"));
        boolean isAnswered = place.active().equals(self)
                ? isRead(context, userId, place, here)
                : isForwarded(context, body, place.active());
        if (!isAnswered && !(staleReads && isAnsweredByACopy(context, body, userId, place, here))) {
            throw ProblemException.passing(ProblemType.USER_MOVING, whyNot(place));
        }
    }

    private boolean isRead(Context context, String userId, Place place, Answer here) throws IOException {
        return switch (users.read(userId, place.partition(), staleReads)) {
            case Reading.Here found -> {
                here.to(context, found.sequence());
                yield true;
            }
            case Reading.NotHere elsewhere -> {
                LOG.info("{}: partition {} cannot be read: {}", context.path(), place.partition(), elsewhere.why());
                yield false;
            }
        };
    }

    private boolean isForwarded(Context context, byte[] body, HostInfo to) {
        return !to.equals(UNKNOWN) && !Forwarder.wasForwarded(context) && forwarder.forward(context, body, to);
    }

    private boolean isAnsweredByACopy(Context context, byte[] body, String userId, Place place, Answer here)
            throws IOException {
        if (place.standbys().contains(self) && isRead(context, userId, place, here)) {
            return true;
        }
        return place.standbys().stream().anyMatch(copy -> !copy.equals(self) && isForwarded(context, body, copy));
    }

    private String whyNot(Place place) {
        String partition = "partition " + place.partition() + " of the user ";
        if (place.active().equals(self)) {
            return partition + "is being moved or restored"
                    + (self.equals(UNKNOWN)
                            ? ", or is held by another instance, which can be asked only with http.advertised"
                            : "");
        }
        return place.active().equals(UNKNOWN)
                ? partition + "is held by an instance without http.advertised"
                : partition + "is held by " + place.active().host() + ":"
                        + place.active().port() + ", which does not answer now";
    }
}
